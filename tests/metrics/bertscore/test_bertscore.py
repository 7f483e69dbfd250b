"""BERTScore precision on a tiny random encoder: equal to the slow obvious way, and defined for every input."""

import pytest
import torch

from scoring.metrics.api import Dialogue, Grounded, WrongExample
from scoring.metrics.bertscore.embed import STRIDE, WINDOW, _kept, _windows
from scoring.metrics.bertscore.metric import BertScore
from scoring.metrics.reasons import NO_KNOWLEDGE, NO_TEXT, NO_TOKENS

pytestmark = pytest.mark.usefixtures("tiny_backbones")
SOURCE = "The cat sat on a mat and ate fish. Tea is old."


@pytest.fixture
def metric(tiny_backbones: None) -> BertScore:
    return BertScore.load(backbone="tiny-encoder")


@torch.inference_mode()
def slowly(metric: BertScore, source: str, text: str) -> float:
    """Every pair of tokens by a loop, one text at a time, special tokens added by hand and left out."""

    def embed(words: str) -> list[torch.Tensor]:
        tokenizer = metric.embedder.tokenizer
        ids = tokenizer(words, add_special_tokens=False).input_ids
        framed = torch.tensor([[tokenizer.cls_token_id, *ids, tokenizer.sep_token_id]])
        return list(metric.embedder.model(framed).last_hidden_state[0, 1:-1].double())

    ours, theirs = embed(text), embed(source)
    best = [max(torch.cosine_similarity(a, b, dim=0).item() for b in theirs) for a in ours]
    return sum(best) / len(best)


def test_it_is_the_same_as_the_obvious_way(metric: BertScore) -> None:
    examples = [
        Grounded("a", SOURCE, "The cat ate tea."),
        Grounded("b", "It was red.", "The cat ate tea."),
        Grounded("c", SOURCE, "a"),
        Grounded("d", SOURCE * 4, "fish " * 60),
    ]
    for example, (score,) in zip(examples, metric.score(examples), strict=True):
        assert score.value == pytest.approx(slowly(metric, example.source or "", example.text), abs=1e-5)


def test_a_copy_is_one(metric: BertScore) -> None:
    (score,) = metric.score([Grounded("g", SOURCE, SOURCE)])[0]
    assert score.value == pytest.approx(1.0)


def test_tokens_point_into_the_text(metric: BertScore) -> None:
    text = "Tea, café [SEP] \x00 👍"
    (score,) = metric.score([Grounded("g", SOURCE, text)])[0]
    tokens = score.evidence["tokens"]
    assert all(text[token["start"] : token["end"]] == token["text"] for token in tokens)
    assert [token["text"] for token in tokens][:2] == ["Tea", ","]
    assert {"[", "]"} <= {token["text"] for token in tokens}, "a special token in a text is text"
    assert all(-1.001 <= token["nearest"] <= 1.001 for token in tokens)


@pytest.mark.parametrize("total", [1, 253, 254, 255, 381, 382, 508, 509, 1000])
def test_windows_give_every_token_once(total: int) -> None:
    ids = tuple(range(total))
    kept: list[int] = []
    for window in _windows(0, ids):
        assert len(window.ids) <= WINDOW
        first, last = _kept(window.start, len(window.ids), total)
        kept += window.ids[first:last]
    assert kept == list(ids)
    assert len(_windows(0, ids)) == max(-(-(total - WINDOW) // STRIDE), 0) + 1


def test_long_texts_are_cut_and_say_so(metric: BertScore) -> None:
    (score,) = metric.score([Grounded("g", "tea is old. " * 4000, "cat " * 5000)])[0]
    assert score.evidence["cut"] == ["text", "knowledge"]
    assert len(score.evidence["tokens"]) == 2048


def test_what_cannot_be_scored_says_why(metric: BertScore) -> None:
    examples = [Grounded("a", SOURCE, ""), Grounded("b", None, "tea"), Grounded("c", SOURCE, "\x00\x07")]
    assert [given[0].reason for given in metric.score(examples)] == [NO_TEXT, NO_KNOWLEDGE, NO_TOKENS]
    assert metric.score([]) == []
    with pytest.raises(WrongExample):
        metric.score([Dialogue("d", ())])


def test_order_is_kept_and_the_hook_may_stop(metric: BertScore) -> None:
    texts = ["tea", "the cat sat on a mat", "fish", "it was red"] * 20
    examples = [Grounded(str(index), SOURCE[: 10 + index % 30], text) for index, text in enumerate(texts)]
    together = [given[0].value for given in metric.score(examples)]
    assert together == [pytest.approx(metric.score([example])[0][0].value, abs=1e-5) for example in examples]

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        metric.score(examples, before_batch=stop)


@pytest.mark.usefixtures("real_backbones")
def test_the_real_encoder_knows_a_paraphrase() -> None:
    metric = BertScore.load()
    near, far = metric.score(
        [Grounded("n", "The film was a hit.", t) for t in ("The movie did well.", "Bees eat honey.")]
    )
    assert near[0].value is not None and far[0].value is not None
    assert near[0].value > far[0].value + 0.1


@torch.inference_mode()
def test_each_token_of_a_long_text_keeps_its_own_embedding(metric: BertScore) -> None:
    ids = tuple(metric.embedder.tokenizer("the cat ate fish and tea was red " * 90, add_special_tokens=False).input_ids)
    (whole,) = metric.embedder.embed([ids])
    tokenizer = metric.embedder.tokenizer
    for place in (0, 189, 190, 316, 317, len(ids) - 1):
        (window,) = [w for w in _windows(0, ids) if place - w.start in range(*_kept(w.start, len(w.ids), len(ids)))]
        framed = torch.tensor([[tokenizer.cls_token_id, *window.ids, tokenizer.sep_token_id]])
        alone = metric.embedder.model(framed).last_hidden_state[0, 1 + place - window.start]
        assert torch.cosine_similarity(whole[place], alone, dim=0).item() == pytest.approx(1.0, abs=1e-5)
        assert whole[place].norm().item() == pytest.approx(1.0, abs=1e-5)
