"""Content-word precision: how many of the text's content words its source holds.

    value = |{w in content(text) : w in content(source)}| / |content(text)|          words counted as often as they come

No model, no English beyond the stop-word list (`words.STOP_WORDS`), and hard to beat on grounded chat: a made-up name
is a word that the knowledge does not have. It cannot see that the right words are in the wrong order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from scoring.metrics.api import Example, Grounded, Reads, Score, WrongExample, signature
from scoring.metrics.reasons import NO_CONTENT_WORDS, missing_part
from scoring.metrics.words import content_words, stop_words_digest

EVIDENCE_TOKENS = 2000


class Overlap:
    """value: 0 to 1. evidence: tokens [{start, end, text, matched}], the first 2,000 content words of the text."""

    name: ClassVar[str] = "overlap"
    reads: ClassVar[Reads] = "grounded"
    dimension: ClassVar[str] = "factual_consistency"

    @property
    def signature(self) -> str:
        return signature(self.name, 1, words="content", side="precision", stop=stop_words_digest())

    @classmethod
    def load(cls, *, checkpoint: Path | None = None, device: str = "cpu") -> Self:
        """Nothing to load."""
        return cls()

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        """One score a text; linear in text and source. A source given to several texts is read once."""
        known: dict[str, frozenset[str]] = {}
        scores: list[tuple[Score, ...]] = []
        for index, example in enumerate(examples):
            if not isinstance(example, Grounded):
                raise WrongExample(f"{self.name} reads grounded texts, not {type(example).__name__}")
            if before_batch is not None and index % 64 == 0:
                before_batch()
            scores.append((_score(example, known),))
        return scores


def _score(example: Grounded, known: dict[str, frozenset[str]]) -> Score:
    missing = missing_part(example)
    if missing:
        return missing
    assert example.source is not None
    content = content_words(example.text)
    if not content:
        return Score(None, NO_CONTENT_WORDS)
    if example.source not in known:
        if len(known) > 256:
            known.clear()
        known[example.source] = frozenset(word.form for word in content_words(example.source))
    source = known[example.source]
    matched = [word.form in source for word in content]
    tokens = [
        {"start": word.start, "end": word.end, "text": example.text[word.start : word.end], "matched": found}
        for word, found in zip(content[:EVIDENCE_TOKENS], matched, strict=False)
    ]
    evidence: dict[str, Any] = {"tokens": tokens}
    if len(content) > EVIDENCE_TOKENS:
        evidence["tokens_left_out"] = len(content) - EVIDENCE_TOKENS
    return Score(sum(matched) / len(matched), evidence=evidence)
