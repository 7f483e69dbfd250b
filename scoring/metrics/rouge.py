"""ROUGE precision of the text against its source (Lin, 2004): how much of the text is copied, in pairs and in order.

    rouge1, rouge2:  matched n-grams (clipped) / n-grams of the text
    rougeL:          longest common subsequence / words of the text

Words are those of Google's rouge-score without stemming (lower case, runs of a-z and 0-9), whose numbers these are;
tests compare the two. rouge-score's table for rougeL grows with text x source; here a row is one Python integer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

from scoring.metrics.api import Example, Grounded, Reads, Score, signature
from scoring.metrics.reasons import grounded, missing_part

NO_ROUGE_WORDS = "the text has no words of a-z and 0-9"
NOT_COUNTED = "the text is too short for its n-grams, or too long for its subsequence"
_WORD = re.compile("[a-z0-9]+")
_LCS_CELLS = 20_000_000_000  # text words times source words; above it (seconds) rougeL is left out
VARIANTS = ("rouge1", "rouge2", "rougeL")


class Rouge:
    """value: precision of one variant, 0 to 1. evidence: all three."""

    name: ClassVar[str] = "rouge"
    reads: ClassVar[Reads] = "grounded"
    dimension: ClassVar[str] = "factual_consistency"

    def __init__(self, variant: str = "rouge2") -> None:
        if variant not in VARIANTS:
            raise ValueError(f"unknown variant {variant!r}; known: {', '.join(VARIANTS)}")
        self.variant = variant

    @property
    def signature(self) -> str:
        return signature(self.name, 1, variant=self.variant, side="precision", stem="no")

    @classmethod
    def load(cls, *, checkpoint: Path | None = None, device: str = "cpu", variant: str = "rouge2") -> Self:
        """Nothing to load. variant: rouge1, rouge2 or rougeL."""
        return cls(variant)

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        """One score a text."""
        scores: list[tuple[Score, ...]] = []
        for example in grounded(examples, metric=self.name):
            if before_batch is not None:
                before_batch()
            scores.append((self._score(example),))
        return scores

    def _score(self, example: Grounded) -> Score:
        missing = missing_part(example)
        if missing:
            return missing
        text, source = rouge_words(example.text), rouge_words(example.source or "")
        if not text:
            return Score(None, NO_ROUGE_WORDS)
        found = {
            "rouge1": ngram_precision(text, source, 1),
            "rouge2": ngram_precision(text, source, 2),
            "rougeL": lcs_length(text, source) / len(text) if len(text) * len(source) <= _LCS_CELLS else None,
        }
        value = found[self.variant]
        return Score(value, None if value is not None else NOT_COUNTED, evidence={"precision": found})


def rouge_words(text: str) -> list[str]:
    """The words that ROUGE counts."""
    return _WORD.findall(text.lower())


def f1(text: str, reference: str) -> dict[str, float]:
    """ROUGE-1, -2 and -L as F1 of a text against what a person wrote, 0 to 1; 0 where one of them has no n-gram.

    >>> {name: round(value, 2) for name, value in f1("the cat sat", "the cat was here").items()}
    {'rouge1': 0.57, 'rouge2': 0.4, 'rougeL': 0.57}
    """
    ours, theirs = rouge_words(text), rouge_words(reference)
    common = lcs_length(ours, theirs)
    sides = {
        "rouge1": (ngram_precision(ours, theirs, 1), ngram_precision(theirs, ours, 1)),
        "rouge2": (ngram_precision(ours, theirs, 2), ngram_precision(theirs, ours, 2)),
        "rougeL": (common / len(ours), common / len(theirs)) if ours and theirs else (None, None),
    }
    return {name: _harmonic(*pair) for name, pair in sides.items()}


def _harmonic(precision: float | None, recall: float | None) -> float:
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def ngram_precision(text: Sequence[str], source: Sequence[str], n: int) -> float | None:
    """Clipped n-gram precision; None when the text has no n-gram."""
    ours = Counter(zip(*(text[i:] for i in range(n)), strict=False))
    theirs = Counter(zip(*(source[i:] for i in range(n)), strict=False))
    total = sum(ours.values())
    return sum(min(count, theirs[gram]) for gram, count in ours.items()) / total if total else None


def lcs_length(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, one big integer a row (Hyyrö, 2004, "Bit-parallel LCS-length").

    >>> lcs_length("the cat sat on".split(), "a cat was sat".split())
    2
    """
    places: dict[str, int] = {}
    for place, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << place
    full = (1 << len(first)) - 1
    row = full
    for word in second:
        match = row & places.get(word, 0)
        row = ((row + match) | (row - match)) & full
    return len(first) - row.bit_count()
