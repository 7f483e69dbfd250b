"""Content-word precision: how many of the text's content words its source holds.

    value = |{w in content(text) : w in content(source)}| / |content(text)|          words counted as often as they come

No model, no English beyond the stop-word list (`words.STOP_WORDS`), and hard to beat on grounded chat: a made-up name
is a word that the knowledge does not have. It cannot see that the right words are in the wrong order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from scoring.metrics.api import Example, Grounded, Reads, Score, signature
from scoring.metrics.reasons import NO_CONTENT_WORDS, grounded, missing_part
from scoring.metrics.words import Word, content_words, stop_words_digest, without_surrogates

EVIDENCE_TOKENS = 2000


class Overlap:
    """value: 0 to 1. evidence: tokens [{start, end, text, matched}], which together are the text.

    Pieces that are no content words have no `matched`; after 2,000 content words the rest is counted, not listed.
    """

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
        for index, example in enumerate(grounded(examples, metric=self.name)):
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
    shown = _pieces(example.text, content[:EVIDENCE_TOKENS], matched, whole=len(content) <= EVIDENCE_TOKENS)
    evidence: dict[str, Any] = {"tokens": shown}
    if len(content) > EVIDENCE_TOKENS:
        evidence["tokens_left_out"] = len(content) - EVIDENCE_TOKENS
    return Score(sum(matched) / len(matched), evidence=evidence)


def _pieces(text: str, content: Sequence[Word], matched: Sequence[bool], *, whole: bool) -> list[dict[str, Any]]:
    """The text cut at its content words; these have `matched`, what stands between them has not."""
    clean = without_surrogates(text)
    pieces: list[dict[str, Any]] = []
    end = 0
    for word, found in zip(content, matched, strict=False):
        if word.start > end:
            pieces.append({"start": end, "end": word.start, "text": clean[end : word.start]})
        pieces.append({"start": word.start, "end": word.end, "text": clean[word.start : word.end], "matched": found})
        end = word.end
    if whole and end < len(clean):
        pieces.append({"start": end, "end": len(clean), "text": clean[end:]})
    return pieces
