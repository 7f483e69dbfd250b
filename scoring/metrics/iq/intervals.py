"""An 80 % interval for the mean rating, by split conformal prediction on conversations that were not trained on.

The error is measured in units of `floor` + the spread (standard deviation) of the predicted distribution over the five
points, so that an unsure prediction gets a wider interval. The lower and the upper bound leave a tenth of the
held-out ratings out each, with the finite-sample correction (Vovk; Romano et al., 2019). It holds where new
conversations are like the held-out ones; how well it holds elsewhere is measured, not promised (docs/results/iq.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.8
FLOOR = 0.2
LEAST_HELD_OUT = 20


@dataclass(frozen=True, slots=True)
class Interval:
    """low, high: quantiles of (rating - value) / (floor + spread); low is mostly negative. n: ratings they are from."""

    low: float
    high: float
    floor: float = FLOOR
    level: float = LEVEL
    n: int = 0

    def bounds(self, value: float, spread: float) -> tuple[float, float]:
        """The interval, within 1 to 5 and never without the value itself.

        >>> Interval(low=-1.0, high=1.0, floor=0.5).bounds(3.0, 0.5)
        (2.0, 4.0)
        """
        scale = self.floor + spread
        return min(max(1.0, value + self.low * scale), value), max(min(5.0, value + self.high * scale), value)


def fit_interval(
    values: Sequence[float], spreads: Sequence[float], ratings: Sequence[float], *, level: float = LEVEL
) -> Interval:
    """From held-out predictions and mean ratings (at least 20). Raises ValueError for fewer."""
    if len(ratings) < LEAST_HELD_OUT:
        raise ValueError(f"an interval needs at least {LEAST_HELD_OUT} held-out ratings, not {len(ratings)}")
    scale = FLOOR + np.asarray(spreads, dtype=float)
    errors = np.sort((np.asarray(ratings, dtype=float) - np.asarray(values, dtype=float)) / scale)
    tail = (1 - level) / 2
    below = max(math.floor((len(errors) + 1) * tail), 1)
    return Interval(float(errors[below - 1]), float(errors[-below]), FLOOR, level, len(errors))


def spreads_of(distributions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation of each distribution over 1..5: (n, 5) -> (n,)."""
    points = np.arange(1, 6, dtype=float)
    mean = distributions @ points
    return np.asarray(np.sqrt(np.maximum(distributions @ points**2 - mean**2, 0.0)))


def coverage(bounds: Sequence[tuple[float, float]], ratings: Sequence[float]) -> float:
    """Share of the ratings within their interval, borders included."""
    inside = [low - 1e-9 <= rating <= high + 1e-9 for (low, high), rating in zip(bounds, ratings, strict=True)]
    return sum(inside) / len(inside)
