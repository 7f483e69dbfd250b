"""Which of the written questions count. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.metrics.qags.answers import exact, normalised

SHORTEST = 3  # words


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the answer it was written for, and how likely the writer found it (mean log p, nats)."""

    question: str
    answer: str
    likelihood: float


def tidy(written: str) -> str | None:
    """What was written up to its first question mark; None where fewer than three words stand."""
    question = written.partition("?")[0].strip() + ("?" if "?" in written else "")
    return question if len(question.split()) >= SHORTEST else None


def choose(questions: Sequence[Question], found: Sequence[str], *, most: int) -> list[int]:
    """Places of at most `most` questions, the likeliest first, earlier ones first among equals.

    found: what the reader answered from the text itself; a question counts only where that is the answer it was
    written for. The same question comes once.
    """
    chosen: dict[str, int] = {}
    for place in sorted(range(len(questions)), key=lambda each: (-questions[each].likelihood, each)):
        if found[place] and exact(found[place], questions[place].answer):
            chosen.setdefault(normalised(questions[place].question), place)
    return list(chosen.values())[:most]
