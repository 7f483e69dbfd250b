"""Which pairs count, and how a pair is laid out."""

import pytest

pytest.importorskip("torch")

from scoring.metrics.asking.layout import Layout
from scoring.metrics.quals.choosing import Pair, in_text, round_robin

LAYOUT = Layout(start=0, separator=1, end=2, paragraph_break=(3,))


def pair(question, answer):
    return Pair(question, answer, (5, 1, 6, 2))


def test_best_of_each_answer_comes_before_the_second_of_any():
    pairs = [pair("a?", "Keel"), pair("b?", "keel "), pair("c?", "1871"), pair("d?", "KEEL")]
    chosen = round_robin(pairs, [-1.0, -2.0, -9.0, -3.0], most=3)
    assert [each.question for each in chosen] == ["a?", "c?", "b?"]


def test_a_question_comes_once_per_answer():
    pairs = [pair("a?", "Keel"), pair("a?", "keel"), pair("a?", "1871")]
    assert [each.answer for each in round_robin(pairs, [-1.0, -2.0, -3.0], most=10)] == ["Keel", "1871"]


def test_nothing_to_choose_from():
    assert round_robin([], [], most=10) == []


@pytest.mark.parametrize(("answer", "found"), [("anna KEEL", True), ("Peter", False), ("  ", False)])
def test_answer_must_stand_in_the_text(answer, found):
    assert in_text(pair("Who?", answer), "Anna Keel built it.") is found


@pytest.mark.parametrize(
    ("ids", "parts"),
    [
        ((7, 8, 1, 9, 2), ((7, 8), (9,))),
        ((7, 8, 1, 9), None),
        ((7, 1, 8, 1, 9, 2), None),
        ((1, 9, 2), None),
        ((7, 1, 2), None),
        ((), None),
    ],
)
def test_only_whole_pairs_are_split(ids, parts):
    assert LAYOUT.split(ids) == parts


def test_split_undoes_pair():
    assert LAYOUT.split(LAYOUT.pair((7, 8), (9,))) == ((7, 8), (9,))
    assert LAYOUT.passage((7,)) == (0, 7, 3)
