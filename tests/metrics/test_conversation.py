"""The conversation so far as a source."""

import pytest

from scoring.metrics.api import DialogueTurn, Grounded
from scoring.metrics.conversation import with_conversation

CONTEXT = (DialogueTurn("A", "Who wrote it? "), DialogueTurn("", "Ada did."), DialogueTurn("B", " "))


@pytest.mark.parametrize(
    ("source", "context", "expected"),
    [
        (" Tea is old.\n", CONTEXT, "Tea is old.\n\nA: Who wrote it?\n\nAda did."),
        (None, CONTEXT, "A: Who wrote it?\n\nAda did."),
        ("Tea is old.", (), "Tea is old."),
        (None, (), None),
        (" ", CONTEXT[2:], None),
    ],
)
def test_turns_follow_the_knowledge(source, context, expected) -> None:
    changed = with_conversation(Grounded("g", source, "Yes.", context))
    assert (changed.source, changed.text, changed.context) == (expected, "Yes.", context)
