"""Intervals that a page computes by itself: a share, and the mean of a few raters. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist


def wilson(successes: int, trials: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's (1927) interval of a share. Raises ValueError without trials.

    >>> [round(bound, 4) for bound in wilson(0, 10)]
    [0.0, 0.2775]
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return max(0.0, centre - half), min(1.0, centre + half)


def mean_interval(
    ratings: Sequence[float], *, level: float = 0.95, low: float | None = None, high: float | None = None
) -> tuple[float, float] | None:
    """Student's t interval of the mean, cut at the ends of the scale; None with fewer than two ratings.

    With raters of one mind it has no width: it speaks of these raters' spread, not of what others would say.
    """
    n = len(ratings)
    if n < 2:
        return None
    mean = math.fsum(ratings) / n
    spread = math.sqrt(math.fsum((each - mean) ** 2 for each in ratings) / (n - 1))
    half = student_quantile(0.5 + level / 2, n - 1) * spread / math.sqrt(n)
    below, above = mean - half, mean + half
    return (below if low is None else max(low, below), above if high is None else min(high, above))


@lru_cache(maxsize=1024)
def student_quantile(chance: float, degrees: int) -> float:
    """The quantile of Student's t: bisection on its distribution function; good to 1e-9.

    >>> round(student_quantile(0.975, 2), 4)
    4.3027
    """
    if not 0 < chance < 1 or degrees < 1:
        raise ValueError("a quantile needs a chance between 0 and 1 and at least one degree of freedom")
    if chance < 0.5:
        return -student_quantile(1 - chance, degrees)
    below, above = 0.0, 1.0
    while _student_below(above, degrees) < chance:
        above *= 2
    while above - below > 1e-10 * max(1.0, above):
        middle = (below + above) / 2
        if _student_below(middle, degrees) < chance:
            below = middle
        else:
            above = middle
    return (below + above) / 2


def _student_below(t: float, degrees: int) -> float:
    """P(T <= t) for t >= 0, by the finite series for whole degrees of freedom (Abramowitz and Stegun 26.7.3-4)."""
    angle = math.atan(t / math.sqrt(degrees))
    cosine, sine = math.cos(angle), math.sin(angle)
    if degrees % 2:
        total, term = (0.0, cosine) if degrees == 1 else (cosine, cosine)
        for step in range(3, degrees - 1, 2):
            term *= cosine * cosine * (step - 1) / step
            total += term
        inside = 2 / math.pi * (angle + sine * total)
    else:
        total = term = 1.0
        for step in range(2, degrees - 1, 2):
            term *= cosine * cosine * (step - 1) / step
            total += term
        inside = sine * total
    return 0.5 + inside / 2
