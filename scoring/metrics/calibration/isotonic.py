"""Isotonic regression by pooling adjacent violators. Standard library only; tests compare it with scikit-learn."""

from __future__ import annotations

import math
from collections.abc import Sequence

Knots = tuple[tuple[float, ...], tuple[float, ...]]


def isotonic(x: Sequence[float], y: Sequence[float], *, scale: tuple[float, float], rising: bool = True) -> Knots:
    """Knots (x, y) of the rising (or falling) line that is nearest to the points in squared error.

    Points of equal x count as their mean, that many times over. A flat stretch gives its two ends; y is kept within
    `scale`. O(n log n) (Barlow et al., 1972; pooling as in Best and Chakravarti, 1990).

    >>> isotonic([1, 2, 3, 4], [1.0, 3.0, 2.0, 4.0], scale=(1, 5))
    ((1, 2, 3, 4), (1.0, 2.5, 2.5, 4.0))
    """
    sign = 1.0 if rising else -1.0
    tied: dict[float, list[float]] = {}
    for place, value in zip(x, y, strict=True):
        tied.setdefault(place, []).append(sign * value)
    blocks: list[tuple[float, float, float, int]] = []  # first x, last x, sum of signed y, number of points
    for place in sorted(tied):
        blocks.append((place, place, math.fsum(tied[place]), len(tied[place])))
        while len(blocks) > 1 and blocks[-2][2] * blocks[-1][3] >= blocks[-1][2] * blocks[-2][3]:
            later, earlier = blocks.pop(), blocks.pop()
            blocks.append((earlier[0], later[1], earlier[2] + later[2], earlier[3] + later[3]))
    knots = [
        (place, min(max(sign * total / count, scale[0]), scale[1]))
        for first, last, total, count in blocks
        for place in ((first,) if first == last else (first, last))
    ]
    return tuple(place for place, _ in knots), tuple(value for _, value in knots)
