"""Two profiles of people minus model on one small plot: the conversation that was asked for, and one like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, PAD = 200.0, 64.0, 4.0


@dataclass(frozen=True, slots=True)
class Profiles:
    """Coordinates. `own`, `other`: points of a polyline; `zero`: where people and model say the same."""

    width: float
    height: float
    zero: float
    own: str
    other: str
    words: str


def profiles(own: Sequence[float], other: Sequence[float], *, reach: float) -> Profiles:
    """reach: the largest difference that the plot must hold, of all plots of a page, so that they compare."""

    def points(values: Sequence[float]) -> str:
        step = (WIDTH - 2 * PAD) / max(len(values) - 1, 1)
        return " ".join(f"{PAD + place * step:.1f},{y(value):.1f}" for place, value in enumerate(values))

    def y(value: float) -> float:
        return HEIGHT / 2 - (HEIGHT / 2 - PAD) * value / reach

    words = ", ".join(f"{value:+.2f}" for value in other)
    return Profiles(WIDTH, HEIGHT, HEIGHT / 2, points(own), points(other), words)
