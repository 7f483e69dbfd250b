"""A metric whose values are kept in a file, so that a page is written again without scoring again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from scoring.metrics.api import Example, Metric, Score

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
        self._file = file_of(folder, [metric.signature], "values")
        self._held: dict[str, Score] = {}
        if self._file.exists():
            lines = map(json.loads, self._file.read_text(encoding="utf-8").splitlines())
            self._held = {line["id"]: Score(line["value"], line["reason"]) for line in lines}

    def score(self, examples: Sequence[Example]) -> list[tuple[Score, ...]]:
        """One score an example, as `Metric.score`."""
        missing = [example for example in examples if example.id not in self._held]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as opened:
            for first in range(0, len(missing), AT_ONCE):
                some = missing[first : first + AT_ONCE]
                for example, (score, *_) in zip(some, self.metric.score(some), strict=True):
                    self._held[example.id] = Score(score.value, score.reason)
                    opened.write(json.dumps({"id": example.id, "value": score.value, "reason": score.reason}) + "\n")
                opened.flush()
        return [(self._held[example.id],) for example in examples]
