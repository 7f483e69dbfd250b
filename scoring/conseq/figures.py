"""Means and differences of measured outputs, with intervals from draws of whole conversations or documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from annotate.agreement.bootstrap import Floats, Statistic, estimate
from annotate.estimates import Estimate
from scoring.conseq.items import Item
from scoring.conseq.kept import Line

RESAMPLES = 2000
Lines = Mapping[str, Line]


def mean(items: Sequence[Item], lines: Lines, key: str) -> Estimate:
    """Over the items that have a value."""
    held = {item.id: lines[item.id][key] for item in items if lines[item.id].get(key) is not None}
    return _of(items, {name: (1.0, value) for name, value in held.items()}, lambda sums: sums[..., 1] / sums[..., 0])


def gain(items: Sequence[Item], lines: Lines, usual: Lines, key: str) -> Estimate:
    """Mean of `lines` minus mean of `usual`, over the items that have a value in both."""
    held = {name: (1.0, mine - theirs) for name, mine, theirs in _both(items, lines, usual, key)}
    return _of(items, held, lambda sums: sums[..., 1] / sums[..., 0])


def gain_at_equal(items: Sequence[Item], lines: Lines, usual: Lines, key: str, fixed: str) -> Estimate:
    """What of the gain in `key` is left where `fixed` does not change: a in  gain of key = a + b * gain of fixed.

    By least squares over the items that have both values in both.
    """
    mine = {name: (before, after) for name, after, before in _both(items, lines, usual, key)}
    held = {
        name: (1.0, x := after - before, y := mine[name][1] - mine[name][0], x * y, x * x)
        for name, after, before in _both(items, lines, usual, fixed)
        if name in mine
    }

    def intercept(sums: Floats) -> Floats:
        n, x, y, xy, xx = (sums[..., place] for place in range(5))
        spread = n * xx - x * x
        return np.where(spread > 1e-12, (y * xx - x * xy) / np.where(spread > 1e-12, spread, 1.0), np.nan)

    return _of(items, held, intercept, width=5)


def _both(items: Sequence[Item], lines: Lines, usual: Lines, key: str) -> list[tuple[str, float, float]]:
    found = [(item.id, lines[item.id].get(key), usual[item.id].get(key)) for item in items]
    return [(name, mine, theirs) for name, mine, theirs in found if mine is not None and theirs is not None]


def _of(
    items: Sequence[Item], held: Mapping[str, tuple[float, ...]], statistic: Statistic, *, width: int = 2
) -> Estimate:
    """The statistic of the sums over groups; held: id -> what an item adds to them, `width` numbers."""
    groups = {name: place for place, name in enumerate(dict.fromkeys(item.group for item in items if item.id in held))}
    sums = np.zeros((len(groups), width))
    for item in items:
        if item.id in held:
            sums[groups[item.group]] += held[item.id]
    return estimate(
        sums,
        statistic,
        undefined="nothing has a value",
        sizes={"n_items": len(held), "n_clusters": len(groups)},
        method="bootstrap over conversations or documents",
        resamples=RESAMPLES,
    )
