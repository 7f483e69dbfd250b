"""Which questions count."""

import pytest

from scoring.metrics.qags.choosing import Question, choose, tidy

ASKED = [
    Question("Who built it?", "Anna Keel", -1.0),
    Question("When was it built?", "1871", -0.5),
    Question("Who  built IT", "Anna Keel", -0.2),
    Question("Where is it?", "Marlow", -0.1),
    Question("What is it?", "a lighthouse", -0.3),
]


def test_only_what_the_text_answers_as_expected_the_likeliest_first_and_once():
    found = ["anna keel", "in 1871", "Anna Keel.", "", "the lighthouse"]
    assert choose(ASKED, found, most=10) == [2, 4]
    assert choose(ASKED, found, most=1) == [2]


def test_nothing_to_choose_from():
    assert choose([], [], most=5) == []
    assert choose(ASKED, [""] * 5, most=5) == []


@pytest.mark.parametrize(
    ("written", "question"),
    [
        ("Who built it? Who lied?", "Who built it?"),
        (" who built it ", "who built it"),
        ("Who built?", None),
        ("?", None),
        ("", None),
    ],
)
def test_a_question_ends_at_its_mark_and_has_three_words(written, question):
    assert tidy(written) == question
