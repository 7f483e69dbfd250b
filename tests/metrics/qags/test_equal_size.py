"""The large reader is as large as it is said to be, is charged for, and changes no answer."""

import json

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("spacy", reason="spaCy is part of the model extra")

from scoring.metrics.api import Score  # noqa: E402
from scoring.metrics.evaluation.grounded_sets import GroundedItem  # noqa: E402
from scoring.metrics.qags.equal_size import as_large_as, layer_parameters, measured, section  # noqa: E402

ITEMS = [GroundedItem(f"i{place}", f"g{place}", "a source", f"text {place}", place % 2) for place in range(12)]


def bert(layers=1, width=32):
    return transformers.BertConfig(
        vocab_size=40, hidden_size=width, num_hidden_layers=layers, num_attention_heads=4, intermediate_size=4 * width
    )


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.config, self.dtype, self.calls = bert(), torch.float32, 0

    def forward(self, input_ids):
        self.calls += 1
        return "what the small one says"


class Thing:
    def __init__(self, **held):
        self.__dict__.update(held)


class Qags:
    """Reads once a batch with its reader's encoder."""

    signature = "qags|v:1"

    def __init__(self):
        writer = transformers.LlamaForCausalLM(
            transformers.LlamaConfig(
                vocab_size=40, hidden_size=64, intermediate_size=256, num_hidden_layers=3, num_attention_heads=4
            )
        )
        self.language, self.reader = Thing(model=writer), Thing(model=Thing(encoder=Small()))
        self.said, self.sizes = [], []

    def score(self, examples):
        encoder = self.reader.model.encoder
        self.sizes.append(layer_parameters(encoder.larger))
        self.said.append(encoder(input_ids=torch.ones((len(examples), 64), dtype=torch.long)))
        return [(Score(1.0),) for _ in examples]


class Quals:
    signature = "quals|v:1"

    def score(self, examples):
        return [(Score(sum(range(100_000)) * 0.0),) for _ in examples]


def test_layers_are_counted_without_the_words_and_matched():
    writer = Qags().language.model
    wanted = layer_parameters(writer.model)
    assert wanted == sum(each.numel() for each in writer.parameters()) - 2 * 40 * 64  # words in, words out
    made = as_large_as(writer, 40, like=bert())
    assert made.config.num_hidden_layers > 3
    assert layer_parameters(made) == pytest.approx(wanted, rel=0.1)


def test_answers_stay_those_of_the_shipped_reader_and_a_second_call_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("scoring.metrics.qags.equal_size.BertConfig", bert)
    qags = Qags()
    small = qags.reader.model.encoder
    parameters, lines = measured(Quals(), qags, ITEMS[:8], tmp_path)
    assert qags.said == ["what the small one says"] and qags.sizes == [parameters]
    assert qags.reader.model.encoder is small
    assert lines[0]["ids"] == [item.id for item in ITEMS[:8]]
    assert lines[0]["qags"] > lines[0]["shipped"] >= 0  # the large one has a price, the small one next to none
    _, both = measured(Quals(), qags, ITEMS, tmp_path)
    assert both[0] == lines[0] and [line["ids"][0] for line in both] == ["i0", "i8"] and len(qags.said) == 2
    _, first = measured(Quals(), qags, ITEMS[:8], tmp_path)
    assert first == lines and len(qags.said) == 2


def test_the_encoder_is_put_back_when_something_falls(tmp_path, monkeypatch):
    monkeypatch.setattr("scoring.metrics.qags.equal_size.BertConfig", bert)
    qags = Qags()
    small = qags.reader.model.encoder
    monkeypatch.setattr(qags, "score", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        measured(Quals(), qags, ITEMS, tmp_path)
    assert qags.reader.model.encoder is small


def test_the_rows_are_ratios_of_sums():
    lines = [{"ids": ["a", "b"], "quals": 1.0, "qags": 3.0, "shipped": 0.5}] * 4
    told = section(100_000_000, 106_000_000, json.loads(json.dumps(lines)))
    assert "| QUALS | 0.50 | 1 |" in told
    assert "| QAGS, a reader of its writer's size | 1.50 | 3.00 [3.00, 3.00] |" in told
    assert "| QAGS, the shipped reader, same batches | 0.25 | 0.50 [0.50, 0.50] |" in told
    assert "100 million parameters" in " ".join(told) and "106 million" in " ".join(told)
