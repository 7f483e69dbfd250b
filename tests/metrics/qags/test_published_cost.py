"""The published programs at a size that a test can run: what is asked, how often, and what is kept of it."""

import json

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from scoring.metrics.evaluation.grounded_sets import GroundedItem  # noqa: E402
from scoring.metrics.qags.published_cost import NAMES, Lengths, Published, measured, section  # noqa: E402
from tests.metrics.tiny_backbones import write_tiny_encoder, write_tiny_encoder_decoder  # noqa: E402

ITEM = GroundedItem("i1", "g1", "the mat is red and flat", "a cat sat on the mat", 1)


@pytest.fixture
def published(tmp_path):
    write_tiny_encoder_decoder(tmp_path / "bart", "tiny-bart")
    write_tiny_encoder(tmp_path / "bert")
    reads = transformers.AutoTokenizer.from_pretrained(tmp_path / "bert")
    held = Published(
        transformers.AutoTokenizer.from_pretrained(tmp_path / "bart"),
        reads,
        Lengths(question=4, answer=2, pair=6),
        dtype="fp32",
        writer=transformers.AutoConfig.from_pretrained(tmp_path / "bart"),
        reader=transformers.BertConfig(
            vocab_size=len(reads), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
        ),
    )
    held.asked, held.steps = [], []
    held.reader.register_forward_pre_hook(
        lambda _, __, options: held.asked.append(tuple(options["input_ids"].shape)), with_kwargs=True
    )
    held.writer.model.decoder.register_forward_pre_hook(
        lambda _, __, options: held.steps.append(tuple(options["input_ids"].shape)), with_kwargs=True
    )
    return held


def test_every_question_is_asked_of_the_text_and_twenty_of_the_source(published):
    published.qags(ITEM)
    assert len(published.asked) == 100 + 20 and {rows for rows, _ in published.asked} == {1}
    assert {rows for rows, _ in published.steps} == {10}  # the beams of one answer
    one_by_one = len(published.steps)
    published.asked.clear(), published.steps.clear()
    published.qags(ITEM, at_once=32)
    assert [rows for rows, _ in published.asked] == [32, 32, 32, 4, 20]
    assert {rows for rows, _ in published.steps} == {100} and len(published.steps) * 10 == one_by_one


def test_sixty_pairs_are_written_and_ten_read_behind_the_source(published):
    published.quals(ITEM)
    assert published.asked == []
    assert published.steps[-1] == (10, 6)
    assert all(rows == 60 for rows, _ in published.steps[1:-1]) and len(published.steps) == 1 + 5 + 1


def test_a_second_call_goes_on_and_the_rows_are_the_known_ones(published, tmp_path):
    spent = measured(published, [ITEM], tmp_path)
    assert spent.shape == (1, len(NAMES), 2) and (spent > 0).all()
    published.asked.clear()
    assert (measured(published, [ITEM], tmp_path) == spent).all() and published.asked == []
    (file,) = tmp_path.glob("published.*.jsonl")
    file.write_text(json.dumps(["i1", [[2, 1], [8, 6], [6, 3]]]) + "\n")
    told = section(measured(published, [ITEM], tmp_path), published.lengths, [ITEM], "fp32")
    assert "| QUALS | 2.0 | 1.0 | 1 | 1 |" in told
    assert "| QAGS, one by one | 8.0 | 6.0 | 4.0 [4.0, 4.0] | 6.0 [6.0, 6.0] |" in told
    assert "question is 4 tokens long, every answer 2 and every pair 6," in told
