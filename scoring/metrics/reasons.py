"""Why a score is null, in the words that are stored, counted and shown. One wording for all metrics."""

from __future__ import annotations

from scoring.metrics.api import Grounded, Score

NO_TEXT = "the text is empty"
NO_KNOWLEDGE = "the knowledge is missing"
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
