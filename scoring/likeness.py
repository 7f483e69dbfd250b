"""How alike two texts are, and how alike two conversations diverge. No Django, no numpy: the pages compute it.

Texts. Of a text's vector (`scoring.metrics.meaning`) its 384 numbers are kept as bytes, scaled so that the largest is
127: a cosine does not know the scale, and rounding moves it by less than 0.01. Beside it stands a sketch, one bit a
number: is it above 0? Sketches that differ in few bits belong to vectors at a small angle (Charikar, 2002), and a
database counts differing bits of 100,000 rows in the time of a page; the nearest by sketch are put in order by cosine.

Conversations. The profile of a conversation under a model is people minus model, with its sign, in units of the
scale's width, along the turns that both judged: stretched to the same length of POINTS points, linearly between
neighbours. Its divergence is the first turn at which people's mean lies outside the model's own interval (the turn that
the trace marks), as a place between 0 and 1 among those turns; 1 for none. Two conversations lie apart by

    sqrt(mean over the points of (a - b)^2) + DIVERGENCE_WEIGHT * |place of a's divergence - place of b's|
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from operator import mul

POINTS = 8
DIVERGENCE_WEIGHT = 0.25


def packed(vector: Sequence[float]) -> bytes:
    """A vector as signed bytes, the largest number at 127. Raises ValueError for one that is 0 everywhere."""
    largest = max(abs(number) for number in vector)
    if largest == 0:
        raise ValueError("a vector of zeros has no direction")
    return bytes(round(number * 127 / largest) & 0xFF for number in vector)


def sketch(kept: bytes) -> str:
    """One bit a number, "1" where it is above 0, as PostgreSQL reads a bit string."""
    return "".join("1" if number > 0 else "0" for number in memoryview(kept).cast("b"))


def length(kept: bytes) -> float:
    """Of a packed vector; it stands beside it, so that a search need not work it out again."""
    numbers = memoryview(kept).cast("b")
    return sqrt(sum(map(mul, numbers, numbers)))


def cosine(one: bytes, other: bytes, *, lengths: tuple[float, float] | None = None) -> float:
    """Of two packed vectors of one width, -1 to 1. lengths: of each, where known."""
    first, second = lengths or (length(one), length(other))
    return sum(map(mul, memoryview(one).cast("b"), memoryview(other).cast("b"))) / (first * second)


def apart(one: Sequence[float], other: Sequence[float], *, diverges: float, other_diverges: float) -> float:
    """How far two conversations' profiles of POINTS points lie apart, by the rule above; 0 for the same."""
    shape = sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) / len(one)
    return sqrt(shape) + DIVERGENCE_WEIGHT * abs(diverges - other_diverges)
