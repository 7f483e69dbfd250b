"""How many more ratings until the interval is that narrow: resampling more conversations than there are.

The conversations at hand stand for those to come (same raters, same overlap); what changes is how many. The width of
the interval is simulated at growing numbers, so no formula about the coefficient is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from annotate.agreement.alpha import Scale, krippendorff_alpha, sums_and_statistic
from annotate.agreement.bootstrap import percentiles
from annotate.agreement.table import RatingTable


@dataclass(frozen=True, slots=True)
class Budget:
    """`conversations` and `ratings` are how many MORE; both None with the `reason`."""

    conversations: int | None
    ratings: int | None
    half_width_now: float | None
    half_width_then: float | None
    reason: str | None = None


def more_ratings(
    table: RatingTable, scale: Scale, half_width: float, *, resamples: int = 400, seed: int = 7, at_most: int = 1000
) -> Budget:
    """How many more until half of alpha's 95 % interval is at most `half_width`.

    The answer is found by the law that widths shrink with the square root of the number, and then checked at that
    number by resampling, at most `at_most` times the conversations at hand. Good to about 10 % (400 resamples).
    Raises ValueError for a width that is not above 0.
    """
    if half_width <= 0:
        raise ValueError("a half width is above 0")
    now = krippendorff_alpha(table, scale, resamples=resamples, seed=seed)
    if now.value is None or now.low is None or now.high is None:
        return Budget(None, None, None, None, now.reason or now.interval_reason)
    width = (now.high - now.low) / 2
    if width <= half_width:
        return Budget(0, 0, width, width)
    here = table.n_clusters
    wanted = math.ceil(here * (width / half_width) ** 2)
    then = width
    for _ in range(6):
        if wanted > at_most * here:
            words = f"more than {at_most} times the conversations rated so far: rate a few more and ask again"
            return Budget(None, None, width, None, words)
        then = half_width_at(table, scale, wanted, resamples, seed)
        if then <= half_width:
            break
        wanted = math.ceil(wanted * max(1.02, (then / half_width) ** 2))
    return Budget(wanted - here, round((wanted - here) * table.n_ratings / here), width, then)


def half_width_at(table: RatingTable, scale: Scale, conversations: int, resamples: int, seed: int) -> float:
    """Half of the interval's width if so many conversations were rated; infinite where alpha has no value then."""
    sums, statistic = sums_and_statistic(table, scale, table.per_item >= 2)
    even = np.full(len(sums), 1 / len(sums))
    drawn = np.random.default_rng(seed).multinomial(conversations, even, size=resamples)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high, _ = percentiles(statistic(drawn @ sums))
    return math.inf if low is None or high is None else (high - low) / 2
