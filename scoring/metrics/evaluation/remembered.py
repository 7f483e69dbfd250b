"""A metric whose values are kept in a file, so that a page is written again without scoring again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from scoring.metrics.api import Example, Metric, Score
from scoring.metrics.evaluation.kept_lines import KeptLines

AT_ONCE = 8


class Scorer(Protocol):
    """What a page asks of a metric: its signature and its values."""

    @property
    def signature(self) -> str: ...

    def score(self, examples: Sequence[Example], /) -> list[tuple[Score, ...]]: ...


def file_of(folder: Path, signatures: Sequence[str], name: str) -> Path:
    """folder/name.<digest of the signatures>.jsonl: other settings and other weights have another file."""
    return folder / f"{name}.{hashlib.sha256(chr(10).join(signatures).encode()).hexdigest()[:8]}.jsonl"


class Remembered:
    """Scores like `metric`, whose first value alone is kept; a line (id, value, reason) for each example.

    An id stands for one example for ever, as those of the public sets do.
    """

    def __init__(self, metric: Metric, folder: Path) -> None:
        self.metric, self.signature = metric, metric.signature
        self._kept = KeptLines(file_of(folder, [metric.signature], "values"))
        self._held = {line["id"]: Score(line["value"], line["reason"]) for line in self._kept.lines}

    def score(self, examples: Sequence[Example]) -> list[tuple[Score, ...]]:
        """One score an example, as `Metric.score`."""
        missing = [example for example in examples if example.id not in self._held]
        for first in range(0, len(missing), AT_ONCE):
            some = missing[first : first + AT_ONCE]
            found = {example.id: score for example, (score, *_) in zip(some, self.metric.score(some), strict=True)}
            self._held |= {key: Score(score.value, score.reason) for key, score in found.items()}
            self._kept.add(*({"id": key, "value": score.value, "reason": score.reason} for key, score in found.items()))
        return [(self._held[example.id],) for example in examples]
