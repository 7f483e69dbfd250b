"""Words per turn: every turn has an answer."""

import pytest

from scoring.metrics.api import Dialogue, DialogueTurn, Grounded, WrongExample
from scoring.metrics.length import Length


def turns(*texts: str) -> Dialogue:
    return Dialogue("d", tuple(DialogueTurn("A", text) for text in texts))


def test_words_are_counted_turn_by_turn() -> None:
    (scores,) = Length.load().score([turns("Hello, old friend!", "", "\x00", "yes")])
    assert [score.value for score in scores] == [3.0, 0.0, 0.0, 1.0]


def test_a_dialogue_without_turns_has_no_scores() -> None:
    assert Length.load().score([turns(), turns("a")]) == [(), Length.load().score([turns("a")])[0]]


def test_it_refuses_the_other_kind_and_calls_the_hook() -> None:
    calls: list[int] = []
    Length.load().score([turns("a"), turns("b")], before_batch=lambda: calls.append(1))
    assert len(calls) == 2
    with pytest.raises(WrongExample, match="length reads dialogues, not Grounded"):
        Length.load().score([Grounded("g", "s", "t")])
