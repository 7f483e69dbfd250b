"""Why a score is null, in the words that are stored, counted and shown. One wording for all metrics."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.metrics.api import Example, Grounded, Score, WrongExample

NO_TEXT = "the text is empty"
NO_KNOWLEDGE = "the knowledge is missing"
NO_CLAIM = "no claim: nothing but words of chat"
NO_CONTENT_WORDS = "the text has no content words"
NO_TOKENS = "the text has no characters that the model knows"
NOT_FINITE = "the model gave no finite number"


def missing_part(example: Grounded) -> Score | None:
    """A null score for a text that is blank or whose knowledge is missing; None when both are there."""
    if not example.text.strip():
        return Score(None, NO_TEXT)
    if example.source is None or not example.source.strip():
        return Score(None, NO_KNOWLEDGE)
    return None


def grounded(examples: Sequence[Example], *, metric: str) -> list[Grounded]:
    """The same examples, known to be grounded texts. Raises `WrongExample` for anything else."""
    found: list[Grounded] = []
    for example in examples:
        if not isinstance(example, Grounded):
            raise WrongExample(f"{metric} reads grounded texts, not {type(example).__name__}")
        found.append(example)
    return found


def scorable(examples: Sequence[Example], *, metric: str) -> tuple[dict[int, Score], dict[int, Grounded]]:
    """(null scores of those with a missing part, the others), each by place. Raises `WrongExample`."""
    missing: dict[int, Score] = {}
    others: dict[int, Grounded] = {}
    for place, example in enumerate(grounded(examples, metric=metric)):
        if reason := missing_part(example):
            missing[place] = reason
        else:
            others[place] = example
    return missing, others
