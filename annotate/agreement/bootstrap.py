"""Intervals by drawing whole conversations with replacement.

Turns of one conversation are not independent, so conversations are drawn. A coefficient that is a function of sums over
conversations is then computed for all resamples at once: `draws @ sums` is (resamples, k).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.estimates import Estimate, Sizes

Floats = NDArray[np.floating[Any]]
# (..., k) sums -> (...) values, NaN where undefined.
Statistic = Callable[[Floats], Floats]


def draws(clusters: int, resamples: int, *, seed: int, size: int | None = None) -> Floats:
    """How often each cluster is drawn: (resamples, clusters), each row summing to `size` (default: clusters)."""
    size = clusters if size is None else size
    chosen = np.random.default_rng(seed).integers(clusters, size=(resamples, size))
    chosen += (np.arange(resamples) * clusters)[:, None]
    return np.bincount(chosen.ravel(), minlength=resamples * clusters).reshape(resamples, clusters).astype(np.float64)


def percentiles(values: Floats, level: float = 0.95) -> tuple[float | None, float | None, str | None]:
    """(low, high, reason): the percentile interval of the resamples that have a value; words when half have none."""
    defined = values[np.isfinite(values)]
    if 2 * len(defined) < len(values) or not len(defined):
        return None, None, f"undefined in {len(values) - len(defined)} of {len(values)} resamples"
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high), None


def estimate(
    sums: Floats,
    statistic: Statistic,
    *,
    undefined: str,
    sizes: Sizes,
    method: str,
    resamples: int = 1000,
    seed: int = 7,
    level: float = 0.95,
) -> Estimate:
    """The statistic of the sums over all clusters, with its interval.

    sums: (clusters, k), rows of clusters that hold nothing may be zero (they are left out of the draw).
    undefined: the reason when the statistic is NaN. resamples 0: no interval.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(sums.sum(axis=0)))
        if not np.isfinite(value):
            return Estimate(None, undefined, method=method, level=level, **sizes)
        used = sums[np.any(sums != 0, axis=1)]
        low, high, why = None, None, None
        if resamples == 0:
            why = "no interval asked for"
        elif len(used) < 2:
            why = "all from one conversation: no interval"
        else:
            low, high, why = percentiles(statistic(draws(len(used), resamples, seed=seed) @ used), level)
    return Estimate(value, None, low, high, why, level=level, method=method, **sizes)
