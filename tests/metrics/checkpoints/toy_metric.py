"""A metric with two weights: value = weight * words + bias."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import torch

from scoring.metrics.api import Dialogue, Example, Reads, Score, signature
from scoring.metrics.checkpoints import read_checkpoint
from scoring.metrics.checkpoints.weights import load_into


@dataclass(frozen=True)
class Config:
    """The toy's settings; `unit` has no default."""

    unit: str
    scale: float = 1.0


class Toy:
    """A trained metric of dialogues, as small as one can be."""

    name: ClassVar[str] = "toy"
    reads: ClassVar[Reads] = "dialogue"
    dimension: ClassVar[str] = "interaction_quality"

    def __init__(self, layer: torch.nn.Linear, digest: str) -> None:
        self.layer, self.digest = layer, digest

    @property
    def signature(self) -> str:
        return signature(self.name, 1, ckpt=self.digest)

    @classmethod
    def load(cls, *, checkpoint: Path | None, device: str) -> Self:
        assert checkpoint is not None
        held = read_checkpoint(checkpoint, metric="toy")
        held.config_as(Config)
        layer = torch.nn.Linear(1, 1)
        load_into(layer, held)
        return cls(layer, held.short)

    @torch.inference_mode()
    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        return [
            tuple(
                Score(self.layer(torch.tensor([float(len(turn.text.split()))])).item())
                if turn.text
                else Score(None, "the text is empty")
                for turn in example.turns
            )
            for example in examples
            if isinstance(example, Dialogue)
        ]
