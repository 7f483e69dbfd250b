"""Does a value of 3.2 mean what people call 3.2? The curve behind the plot, and its mean error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotate.agreement.bootstrap import draws, estimate
from annotate.estimates import Estimate
from scoring.correlation.pairs import Floats, Ints, Pairs


@dataclass(frozen=True, slots=True)
class Bin:
    """Items with metric values from `low` to `high`: how many, their mean, the mean of people and its interval."""

    low: float
    high: float
    n: int
    metric: float
    human: float
    human_low: float | None
    human_high: float | None


def calibration_curve(pairs: Pairs, *, bins: int = 10, resamples: int = 500, seed: int = 7) -> list[Bin]:
    """About equally many items a bin; equal values share one, so there may be fewer bins. Empty without items."""
    if not len(pairs.x):
        return []
    place, count = _bins(pairs.x, bins)
    sums = _sums(pairs, place, count)
    n, x, y = sums.sum(axis=0).reshape(3, count)
    again = (draws(pairs.n_clusters, resamples, seed=seed) @ sums).reshape(-1, 3, count)
    curve = []
    for at in range(count):
        mine = pairs.x[place == at]
        seen = again[again[:, 0, at] > 0, :, at]
        bounds = np.quantile(seen[:, 2] / seen[:, 0], [0.025, 0.975]) if pairs.n_clusters >= 3 and len(seen) else None
        low, high = (None, None) if bounds is None else (float(bounds[0]), float(bounds[1]))
        curve.append(
            Bin(float(mine.min()), float(mine.max()), int(n[at]), float(x[at] / n[at]), float(y[at] / n[at]), low, high)
        )
    return curve


def calibration_error(pairs: Pairs, *, bins: int = 10, resamples: int = 1000, seed: int = 7) -> Estimate:
    """Mean over items of |mean metric - mean human| of the item's bin, on the scale's own unit.

    Chance alone makes it a little larger than the truth, the more the smaller the bins.
    """
    method = f"calibration error, {bins} bins of equal size; bootstrap over conversations, bins kept"
    if not len(pairs.x):
        return Estimate(None, "nothing was both rated and scored", method=method)
    place, count = _bins(pairs.x, bins)

    def statistic(sums: Floats) -> Floats:
        n, x, y = (sums[..., at * count : (at + 1) * count] for at in range(3))
        return np.abs(x - y).sum(axis=-1) / n.sum(axis=-1)

    return estimate(
        _sums(pairs, place, count), statistic, undefined="no item", sizes=pairs.sizes, method=method,
        resamples=resamples, seed=seed,
    )  # fmt: skip


def _bins(x: Floats, bins: int) -> tuple[Ints, int]:
    edges = np.unique(np.quantile(x, np.linspace(0, 1, bins + 1)[1:-1]))
    _, place = np.unique(np.searchsorted(edges, x, side="right"), return_inverse=True)
    return place, int(place.max()) + 1


def _sums(pairs: Pairs, place: Ints, count: int) -> Floats:
    """(clusters, 3 * bins): how many, metric, human."""
    cell = pairs.cluster * count + place
    parts = [
        np.bincount(cell, weights=weights, minlength=pairs.n_clusters * count).reshape(pairs.n_clusters, count)
        for weights in (np.ones(len(cell)), pairs.x, pairs.y)
    ]
    return np.concatenate(parts, axis=1)
