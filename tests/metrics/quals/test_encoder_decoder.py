"""QUALS on backbones with an encoder and a decoder (BART, T5), by name: read, written, trained, loaded and scored."""

import json

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from scoring.metrics.api import Grounded  # noqa: E402
from scoring.metrics.asking.corpus import LICENCES  # noqa: E402
from scoring.metrics.asking.layout import layout_of  # noqa: E402
from scoring.metrics.asking.loss import loss_of, read_packs  # noqa: E402
from scoring.metrics.backbones.load import load_language_model, load_tokenizer  # noqa: E402
from scoring.metrics.checkpoints import Source  # noqa: E402
from scoring.metrics.checkpoints.write import write_checkpoint  # noqa: E402
from scoring.metrics.likelihood.language_model import LanguageModel  # noqa: E402
from scoring.metrics.likelihood.packs import Pack  # noqa: E402
from scoring.metrics.quals import train  # noqa: E402
from scoring.metrics.quals.diverse import diverse  # noqa: E402
from scoring.metrics.quals.metric import Quals  # noqa: E402
from tests.metrics.tiny_backbones import write_tiny_encoder_decoder  # noqa: E402

KINDS = ("tiny-bart", "tiny-t5")
BATCH = [Pack((9, 15, 26, 37), ((8, 19, 2), (33, 2))), Pack((9, 44), ((61, 12, 13, 2),))]


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("both")
    for kind in KINDS:
        write_tiny_encoder_decoder(root / kind, kind)
    (root / "registered.json").write_text(json.dumps({kind: {"folder": str(root / kind)} for kind in KINDS}))
    return root / "registered.json"


@pytest.fixture(params=KINDS)
def kind(request, listed, monkeypatch):
    monkeypatch.setenv("EVALSITE_BACKBONES", str(listed))
    return request.param


@torch.no_grad()
def plain(model, prefix, own):
    """log p of every entry behind `own`, by the model's own forward pass of one text."""
    decoder = torch.tensor([[model.config.decoder_start_token_id, *own]])
    return model(input_ids=torch.tensor([prefix]), decoder_input_ids=decoder).logits[0].log_softmax(-1)


def test_what_is_read_is_what_the_model_says_of_each_text(kind):
    model = load_language_model(kind)
    logits, targets = read_packs(model, BATCH, pad=1, dtype=torch.float32)
    expected = torch.cat([plain(model, pack.prefix, text[:-1]) for pack in BATCH for text in pack.texts])
    assert torch.allclose(logits.log_softmax(-1), expected, atol=1e-4)
    assert targets.tolist() == [token for pack in BATCH for text in pack.texts for token in text]
    wanted = -sum(float(expected[place, token]) for place, token in enumerate(targets.tolist())) / len(targets)
    assert loss_of(model, BATCH, pad=1, dtype=torch.float32).item() == pytest.approx(wanted, abs=1e-4)


def test_log_likelihoods_do_not_depend_on_the_batch(kind):
    language = LanguageModel(kind, device="cpu", dtype="fp32")
    found = language.log_probs({pack.prefix: pack.texts for pack in BATCH})
    for pack in BATCH:
        for text in pack.texts:
            expected = plain(language.model, pack.prefix, text[:-1])
            assert found[pack.prefix, text] == pytest.approx(
                [float(expected[place, token]) for place, token in enumerate(text)], abs=1e-4
            )


def test_diverse_writing_is_the_obvious_version(kind):
    model = load_language_model(kind)
    prefixes, end = [(9, 15, 26, 37), (9, 44), (30, 31, 32, 33, 34)], 2
    found = diverse(model, prefixes, groups=4, strength=2.0, shortest=2, longest=7, end=end)
    for prefix, held in zip(prefixes, found, strict=True):
        texts = [[] for _ in held]
        for step in range(7):
            used = []
            for own in texts:
                if own and own[-1] == end:
                    continue
                log_probs = plain(model, prefix, own)[-1]
                for token in used:
                    log_probs[token] -= 2.0
                if step < 2:
                    log_probs[end] = -torch.inf
                own.append(int(log_probs.argmax()))
                used.append(own[-1])
        assert [list(written.ids) for written in held] == texts
        for written in held:
            expected = plain(model, prefix, written.ids[:-1])
            assert written.log_probs == pytest.approx(
                [float(expected[place, token]) for place, token in enumerate(written.ids)], abs=1e-4
            )


def test_marks_are_special_tokens_of_its_own_and_all_different(kind):
    layout = layout_of(load_tokenizer(kind))
    assert len({layout.start, layout.separator, layout.end}) == 3
    assert layout.split(layout.pair((20, 21), (22,))) == ((20, 21), (22,))


def test_too_few_marks_are_refused():
    class OnlyOne:
        bos_token = eos_token = "<|endoftext|>"
        cls_token = pad_token = mask_token = sep_token = None
        all_special_tokens = ("<|endoftext|>",)

        def get_vocab(self):
            return {"<|endoftext|>": 0}

    with pytest.raises(ValueError, match="to mark a place with"):
        layout_of(OnlyOne())


def test_trained_by_name_and_scored(kind, tmp_path, monkeypatch):
    (tmp_path / "qa").mkdir()
    text = "The red mat was old."
    asked = {"question": "What was old?", "answer": "red mat", "answer_start": text.index("red mat")}
    for source in LICENCES:
        for split in ("train", "dev"):
            lines = [json.dumps({"context": text, "qas": [asked]}) + "\n"] * (40 if source == "squad" else 0)
            (tmp_path / "qa" / f"{source}.{split}.jsonl").write_text("".join(lines))
    monkeypatch.setenv("EVALSITE_DATA", str(tmp_path))
    run = tmp_path / "run"
    given = [
        "--backbone",
        kind,
        "--dtype",
        "fp32",
        "--rank",
        "4",
        "--threads",
        "1",
        "--rate",
        "0.02",
        "--joined",
        "0.5",
    ]
    assert train.main([str(run), *given]) == 0
    facts = json.loads((run / "facts.json").read_text())
    assert (facts["steps"], facts["config"]["backbone"]) == (5, kind)
    assert facts["joined"] == 0.5 and facts["dev_loss"] != facts["dev_joined_loss"] > 0
    from safetensors.torch import load_file

    write_checkpoint(
        tmp_path / "checkpoint",
        metric="quals",
        name="tiny",
        config=facts["config"],
        tensors=load_file(run / "adapter.safetensors"),
        card="A test.",
        command="test",
        data=[Source("squad", LICENCES["squad"], "train")],
        licence="none",
    )
    metric = Quals.load(checkpoint=tmp_path / "checkpoint", preset="laptop")
    assert kind in metric.signature
    examples = [Grounded("a", "The red mat was old.", "The mat was red."), Grounded("b", None, "The mat was red.")]
    first, second = (score for (score,) in metric.score(examples))
    assert second.value is None
    # Whether so little training writes a pair is chance; what can be scored is scored by this model.
    pair = metric.layout.pair((20, 21), (22,))
    prefix = metric.layout.passage((30, 31))
    (values,) = metric.language.log_probs({prefix: [pair]}).values()
    expected = plain(metric.language.model, prefix, pair[:-1])
    assert values == pytest.approx([float(expected[place, token]) for place, token in enumerate(pair)], abs=1e-3)
    assert first.value is not None or first.reason
    in_bytes = Quals.load(checkpoint=tmp_path / "checkpoint", preset="laptop", dtype="int8")
    (rough,) = in_bytes.language.log_probs({prefix: [pair]}).values()
    assert rough != values and rough == pytest.approx(values, rel=0.3)
