"""What QUALS and QAGS learn from, and how: passages, the loss of what is written, a loop that goes on."""

import json

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from scoring.metrics.asking import loop  # noqa: E402
from scoring.metrics.asking.corpus import LICENCES, Asked, Passage, passages, together  # noqa: E402
from scoring.metrics.asking.layout import Layout  # noqa: E402
from scoring.metrics.asking.loss import loss_of  # noqa: E402
from scoring.metrics.asking.train_writer import pack_of  # noqa: E402
from scoring.metrics.likelihood.packs import Pack  # noqa: E402
from tests.metrics.tiny_backbones import write_tiny_causal_lm  # noqa: E402


def test_passages_hold_their_answers(tmp_path):
    context = "  The cat sat. The red mat was old!\nTea is  hot. "
    asked = [("Who sat?", "cat"), ("What was old?", "red mat"), ("What is hot?", "Tea"), ("Lost?", None)]
    line = {
        "context": context,
        "qas": [
            {"question": f" {question} ", "answer": answer or "x", "answer_start": answer and context.index(answer)}
            for question, answer in asked
        ],
    }
    for source in LICENCES:
        (tmp_path / f"{source}.dev.jsonl").write_text(json.dumps(line) + "\n" if source == "squad" else "")
    held = passages(tmp_path, "dev", words=6, pairs=5, seed=1)
    assert sorted(passage.text for passage in held) == ["Tea is  hot.", "The cat sat.", "The red mat was old!"]
    pairs = [(passage, pair) for passage in held for pair in passage.pairs]
    assert sorted(pair.question for _, pair in pairs) == ["What is hot?", "What was old?", "Who sat?"]
    assert all(passage.text[pair.start :].startswith(pair.answer) for passage, pair in pairs)


def test_passages_together_hold_the_answers_of_all():
    texts = ["Anna sat.", "The mat was red.", "Tea is hot."]
    answers = ["Anna", "red", "Tea"]
    held = [
        Passage("squad", text, (Asked("?", answer, text.index(answer)),))
        for text, answer in zip(texts, answers, strict=True)
    ]
    first, rest = together(held, 2)
    assert first.text == "Anna sat.\nThe mat was red." and rest == held[2]
    assert [first.text[pair.start :][: len(pair.answer)] for pair in first.pairs] == ["Anna", "red"]
    assert together(held, 1) == held


def test_no_passage_is_cut_off_where_eight_stand_in_one_text(tmp_path):
    write_tiny_causal_lm(tmp_path)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path)
    texts = [f"passage {place} " + "of words " * 12 + f"ends at {place}" for place in range(8)]
    (joined,) = together([Passage("squad", text, (Asked("?", "ends", 0),)) for text in texts], 8)
    pack = pack_of(joined, tokenizer, Layout(0, 257, 1, ()), lambda *_: {(1,)})
    assert tokenizer.decode(pack.prefix).count("ends at") == 8 and "ends at 7" in tokenizer.decode(pack.prefix)


@pytest.mark.parametrize("after", [None, 1])
def test_the_loss_is_that_of_the_texts_behind_each_passage(after):
    torch.manual_seed(5)
    config = transformers.LlamaConfig(
        vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4
    )
    model = transformers.LlamaForCausalLM(config).eval()
    batch = [Pack((0, 5, 6), ((7, 1, 8, 2), (9, 9, 1, 3, 2))), Pack((0, 4), ((6, 1, 2),))]
    plain = []
    for pack in batch:
        for text in pack.texts:
            with torch.no_grad():
                log_probs = model(torch.tensor([[*pack.prefix, *text]])).logits[0].log_softmax(-1)
            first = 0 if after is None else text.index(after) + 1
            plain += [-float(log_probs[len(pack.prefix) - 1 + place, text[place]]) for place in range(first, len(text))]
    found = loss_of(model, batch, pad=0, dtype=torch.float32, after=after).item()
    assert found == pytest.approx(sum(plain) / len(plain), abs=1e-4)


def test_alike_keeps_every_item_and_little_padding():
    items = [(7 * place) % 101 for place in range(400)]
    held = loop.alike(items, 4, length=lambda each: each)
    assert sorted(each for batch in held for each in batch) == sorted(items)
    padded = sum(max(batch) * len(batch) for batch in held)
    assert padded < 0.8 * sum(max(batch) * len(batch) for batch in loop.in_batches(items, 4))
    assert held == loop.alike(items, 4, length=lambda each: each)


def task_of(model, seen, batches):
    def loss(batch):
        seen.append(batch)
        return (model(torch.ones(1, 2)) - batch).pow(2).mean()

    return loop.Task(model, lambda name: name == "weight", batches, loss, lambda batch: 3)


def test_a_second_call_goes_on_and_saves_only_what_is_kept(tmp_path):
    torch.manual_seed(1)
    seen = []
    model = torch.nn.Linear(2, 1)
    facts = loop.train(task_of(model, seen, [1.0, 2.0, 3.0]), tmp_path / "run", minutes=5, rate=0.1)
    assert (facts["steps"], facts["tokens"], seen) == (3, 9, [1.0, 2.0, 3.0])
    other = torch.nn.Linear(2, 1)
    facts = loop.train(task_of(other, seen, [1.0, 2.0, 3.0, 4.0]), tmp_path / "run", minutes=5, rate=0.0)
    assert (facts["steps"], seen[3:]) == (4, [4.0])
    assert torch.equal(other.weight, model.weight)
    assert not torch.equal(other.bias, model.bias)
    facts = loop.train(task_of(other, seen, [1.0] * 9), tmp_path / "run", minutes=0, rate=0.1)
    assert (facts["steps"], len(seen)) == (4, 4)
