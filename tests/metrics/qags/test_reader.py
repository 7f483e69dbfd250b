"""The reader against a plain search over all spans, and in windows; what it learns from."""

import itertools

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")

from scoring.metrics.asking.corpus import Asked, Passage  # noqa: E402
from scoring.metrics.backbones.load import load_encoder, load_tokenizer  # noqa: E402
from scoring.metrics.qags.reader import LONGEST, Reader, SpanModel  # noqa: E402
from scoring.metrics.qags.reading_examples import loss_of, questions, target  # noqa: E402
from scoring.metrics.qags.windows import OVERLAP, WINDOW, collate, windows  # noqa: E402
from scoring.metrics.tokens import tokenize  # noqa: E402

CONTEXT = "the cat sat on a red mat and ate fish. it was old tea, the cat is red."
ASKED = [
    ("what was red", CONTEXT),
    ("the cat", "a mat"),
    ("what is tea", CONTEXT + " tea is old" * 3),
    ("", "fish"),
    ("who sat on the mat and ate fish", "it"),
]


@pytest.fixture
def reader(tiny_backbones):
    torch.manual_seed(2)
    model = SpanModel(load_encoder("tiny-encoder"))
    torch.nn.init.normal_(model.head.weight, std=2.0)
    return Reader(model.eval(), load_tokenizer("tiny-encoder"))


@torch.inference_mode()
def slowly(reader, question, context):
    """(span in characters or None, margin) of one pair in one window, looking at every span."""
    tokenizer = reader.tokenizer
    asked, held = (tokenize(tokenizer, [text], limit=300)[0] for text in (question, context))
    ids = torch.tensor(
        [[tokenizer.cls_token_id, *asked.ids, tokenizer.sep_token_id, *held.ids, tokenizer.sep_token_id]]
    )
    first = len(asked.ids) + 2
    segments = torch.tensor([[0] * first + [1] * (len(held.ids) + 1)])
    scores = reader.model(ids, torch.ones_like(ids), segments)[0]
    best = None
    for start in range(len(held.ids)):
        for end in range(start, min(start + LONGEST, len(held.ids))):
            value = float(scores[first + start, 0] + scores[first + end, 1])
            if best is None or value > best[0]:
                best = (value, start, end)
    margin = best[0] - float(scores[0].sum())
    return (context[held.spans[best[1]][0] : held.spans[best[2]][1]] if margin > 0 else "", margin)


def test_batched_is_the_obvious_version(reader):
    found = reader.answer(ASKED)
    expected = [slowly(reader, *pair) for pair in ASKED]
    assert [answer.margin for answer in found] == pytest.approx([margin for _, margin in expected], abs=1e-4)
    assert [answer.text for answer in found] == [text for text, _ in expected]
    assert len({answer.text for answer in found}) > 2


def test_both_answers_are_possible(reader):
    with torch.no_grad():
        reader.model.head.weight.zero_()
    assert [answer.text for answer in reader.answer(ASKED[:2])] == ["", ""]  # all equal: nothing is above none
    reader.model.head = torch.nn.Linear(32, 2)
    assert reader.answer([("what", "")])[0].text == ""


def test_a_long_context_is_read_in_overlapping_windows():
    context = tuple(range(1000, 2000))
    held = windows((5, 6), context, opening=1, closing=2)
    assert all(len(window.ids) <= WINDOW for window in held)
    covered = [set(range(window.first, window.first + window.size)) for window in held]
    assert set.union(*covered) == set(range(1000))
    assert all(len(one & other) >= OVERLAP for one, other in itertools.pairwise(covered))
    for window in held:
        assert window.ids[window.context : window.context + window.size] == context[window.first :][: window.size]
    assert windows((5,), (), opening=1, closing=2) == []


def test_windows_give_the_place_in_the_whole_context(reader):
    word = "tea "
    context = word * 500 + "fish"
    (answer,) = reader.answer([("fish", context)])
    assert answer.text == "" or answer.text in context


def test_marks_in_a_text_stay_text(reader):
    for question, context in (("[SEP] [CLS]", "[SEP] a cat [CLS]"), ("\ud800 what", "\x00 \ud800 cat")):
        (answer,) = reader.answer([(question, context)])
        assert answer.text == "" or answer.text in context.replace("\ud800", "\ufffd") or answer.text in context


PASSAGES = [
    Passage("one", "the cat sat on a red mat", (Asked("who sat", "the cat", 0), Asked("on what", "red mat", 17))),
    Passage("one", "tea is old", (Asked("what is old", "tea", 0),)),
    Passage("two", "fish", (Asked("what", "fish", 0),)),
]


def test_questions_keep_their_answers_and_others_lose_them():
    held = questions(PASSAGES, unanswerable=0.0, seed=1)
    assert [each.answer for each in held] == ["the cat", "red mat", "tea", "fish"]
    away = questions(PASSAGES, unanswerable=1.0, seed=1)
    assert [(each.context, each.answer) for each in away[:3]] == [
        ("tea is old", ""),
        ("tea is old", ""),
        ("the cat sat on a red mat", ""),
    ]
    assert away[3].answer == "fish"  # its source has no other passage


def test_targets_are_the_tokens_of_the_answer(reader):
    for question in questions(PASSAGES, unanswerable=0.0, seed=1):
        made = target(question, reader.tokenizer)
        ids = tokenize(reader.tokenizer, [question.answer], limit=20)[0].ids
        assert made.window.ids[made.first : made.last + 1] == ids
    (away, *_) = questions(PASSAGES, unanswerable=1.0, seed=1)
    made = target(away, reader.tokenizer)
    assert (made.first, made.last) == (0, 0)
    long = questions([Passage("a", "tea " * 500 + "fish", (Asked("what", "fish", 2000),))], unanswerable=0.0, seed=1)
    assert target(long[0], reader.tokenizer) is None


def test_the_loss_is_that_of_the_places(reader):
    made = [target(each, reader.tokenizer) for each in questions(PASSAGES, unanswerable=0.0, seed=1)]
    together = loss_of(reader.model, made, pad=0).item()
    plain = []
    for each in made:
        held = collate([each.window], pad=0)
        with torch.no_grad():
            scores = reader.model(held["ids"], held["mask"], held["segments"])[0]
        allowed = [0, *range(each.window.context, each.window.context + each.window.size)]
        for side, place in enumerate((each.first, each.last)):
            plain.append(float(scores[allowed, side].logsumexp(0) - scores[place, side]))
    assert together == pytest.approx(sum(plain) / len(plain), abs=1e-4)
