"""Shares of what was written, in a world where every answer is known."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("spacy", reason="spaCy is part of the model extra")

from scoring.metrics.asking.corpus import Asked, Passage
from scoring.metrics.qags.reader import Answer
from scoring.metrics.quals.choosing import Pair
from scoring.metrics.quals.questions import quality, rows_of, samples

PASSAGES = [
    Passage("squad", "Anna Keel built it in 1871.", (Asked("Who built it?", "Anna Keel", 0),)),
    Passage("qamr", "The sea\nis cold.", (Asked("What is cold?", "The sea", 0), Asked("How is it?", "cold", 11))),
]
WRITTEN = [
    [Pair("Who?", "anna keel", (1,), (-1.0,)), Pair("When?", "in 1871", (2,), (-0.5,)), Pair("Why?", "luck", (3,))],
    [Pair("What?", "the sea", (4,), (-2.0,))],
]
SAID = {"Who?": "Anna Keel", "When?": "1871", "What?": "", "Who built it?": "Anna Keel", "How is it?": "cold"}


class Reader:
    def answer(self, asked):
        return [Answer(SAID.get(question, ""), 0.0) for question, _ in asked]


def test_shares_are_those_of_the_known_world():
    found = quality(WRITTEN, PASSAGES, Reader(), asked=4)
    assert (found["passages"], found["pairs"], found["well_formed"], found["copied"]) == (2, 2, 0.5, 0.75)
    assert (found["asked"], found["exact"], found["refused"]) == (3, pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert found["f1"] == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert (found["people_asked"], found["people_exact"]) == (3, pytest.approx(2 / 3))
    assert found["people_refused"] == pytest.approx(1 / 3)
    rows = rows_of(found, {"1 passage": 1.25})
    assert "| nats a token of people's pairs, given 1 passage | 1.25 |" in rows
    assert "| by people | 3 | 0.67 | 0.67 | 0.33 |" in rows


def test_nothing_written_is_told_as_nothing():
    found = quality([[], []], PASSAGES, Reader(), asked=4)
    assert (found["pairs"], found["copied"], found["asked"], found["exact"]) == (0, 0, 0, 0)


def test_samples_are_the_likeliest_and_stand_in_one_line():
    rows = samples(WRITTEN, PASSAGES)
    assert rows[0] == "* squad: Anna Keel built it in 1871."
    assert rows[1:4] == ["    * Why? → luck", "    * When? → in 1871", "    * Who? → anna keel"]
    assert rows[4] == "* qamr: The sea is cold."
