"""Words per turn. A metric of interaction quality has to beat this; nothing is learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

from scoring.metrics.api import Dialogue, Example, Reads, Score, WrongExample, signature
from scoring.metrics.words import words


class Length:
    """value: how many words the turn has (0 for a blank one)."""

    name: ClassVar[str] = "length"
    reads: ClassVar[Reads] = "dialogue"
    dimension: ClassVar[str] = "interaction_quality"

    @property
    def signature(self) -> str:
        return signature(self.name, 1, unit="words")

    @classmethod
    def load(cls, *, checkpoint: Path | None = None, device: str = "cpu") -> Self:
        """Nothing to load."""
        return cls()

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        """One score a turn. Linear in the text."""
        scores = []
        for example in examples:
            if not isinstance(example, Dialogue):
                raise WrongExample(f"{self.name} reads dialogues, not {type(example).__name__}")
            if before_batch is not None:
                before_batch()
            scores.append(tuple(Score(float(len(words(turn.text)))) for turn in example.turns))
        return scores
