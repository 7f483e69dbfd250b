"""Krippendorff's alpha (2004, 2019): any number of raters, missing ratings, four kinds of scale.

    alpha = 1 - D_o / D_e       observed over expected disagreement, from the coincidences of values within items

Only items with two or more ratings count. Interval distances need no table of values: sums of x and x^2 do.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from annotate.agreement.bootstrap import Statistic, estimate
from annotate.agreement.masi import masi_distance
from annotate.agreement.table import Floats, RatingTable
from annotate.estimates import Estimate

Scale = Literal["nominal", "ordinal", "interval", "masi"]
_MOST_ORDINAL_VALUES = 60  # (values^2) sums a conversation; beyond it a scale is interval in all but name


def krippendorff_alpha(table: RatingTable, scale: Scale, *, resamples: int = 1000, seed: int = 7) -> Estimate:
    """Alpha with its interval over conversations.

    "ordinal" needs values in the order of the scale (as RatingTable has them), "masi" values that are sets of labels.
    Raises LookupError for an unknown scale, TypeError for labels on an interval scale, ValueError for an ordinal
    scale of more than 60 points. Cost: 50,000 ratings of 2,000 conversations, 1,000 resamples, well under a second.
    """
    if scale not in get_args(Scale):
        raise LookupError(f"There is no scale {scale!r}. Known: {', '.join(get_args(Scale))}.")
    kept = table.per_item >= 2
    sizes = table.sizes(kept)
    method = f"Krippendorff's alpha, {scale}; percentile bootstrap over conversations"
    if not kept.any():
        return Estimate(None, _nothing_to_compare(table), method=method, **table.sizes())
    sums, statistic = sums_and_statistic(table, scale, kept)
    used = np.flatnonzero(table.counts[kept].sum(axis=0))
    undefined = (
        f"unanimous: every rating is {table.value_word(int(used[0]))}, so there is no variation that agreement could "
        "be measured by (0/0)"
    )
    return estimate(sums, statistic, undefined=undefined, sizes=sizes, method=method, resamples=resamples, seed=seed)


def sums_and_statistic(table: RatingTable, scale: Scale, kept: np.ndarray) -> tuple[Floats, Statistic]:
    """Per conversation the sums that alpha is a function of, (conversations, k), and that function."""
    if scale == "interval":
        return _interval(table, kept)
    if scale == "ordinal":
        return _ordinal(table, kept)
    return _fixed(table, kept, _distances(table, scale))


def _nothing_to_compare(table: RatingTable) -> str:
    if not table.n_ratings:
        return "nobody rated"
    return "no item has two ratings: nothing to compare"


def _distances(table: RatingTable, scale: Scale) -> Floats:
    if scale == "nominal":
        return 1 - np.eye(len(table.values))
    sets = [value if isinstance(value, frozenset) else frozenset([str(value)]) for value in table.values]
    return np.array([[masi_distance(first, second) for second in sets] for first in sets])


def _fixed(table: RatingTable, kept: np.ndarray, distance: Floats) -> tuple[Floats, Statistic]:
    """Distances that do not hang on the data: per conversation the observed sum and how often each value was given."""
    counts, given = table.counts[kept], table.per_item[kept]
    observed = ((counts @ distance) * counts).sum(axis=1) / (given - 1)
    per_item = np.zeros((table.n_items, 1 + counts.shape[1]))
    per_item[kept] = np.column_stack([observed, counts])

    def statistic(sums: Floats) -> Floats:
        often = sums[..., 1:]
        n = often.sum(axis=-1)
        expected = ((often @ distance) * often).sum(axis=-1)
        return 1 - (n - 1) * sums[..., 0] / _not_zero(expected)

    return table.by_cluster(per_item), statistic


def _interval(table: RatingTable, kept: np.ndarray) -> tuple[Floats, Statistic]:
    used = kept[table.item]
    # From the middle, so that squares lose no digits; alpha does not change.
    x = table.numbers - table.numbers[used].mean()
    total = np.bincount(table.item, weights=x, minlength=table.n_items)
    squares = np.bincount(table.item, weights=x * x, minlength=table.n_items)
    given = table.per_item
    observed = 2 * (given * squares - total**2) / np.maximum(given - 1, 1)
    # Rounding leaves 1e-16 where all raters agree; a true difference of scale points is far larger.
    observed[observed < 1e-12 * max(1.0, float(squares.max()))] = 0.0
    sums = table.by_cluster(np.column_stack([observed, given, total, squares]) * kept[:, None])

    def statistic(sums: Floats) -> Floats:
        n = sums[..., 1]
        expected = 2 * (n * sums[..., 3] - sums[..., 2] ** 2)
        return 1 - (n - 1) * sums[..., 0] / _not_zero(expected, 1e-12 * n * np.maximum(sums[..., 3], 1e-12))

    return sums, statistic


def _ordinal(table: RatingTable, kept: np.ndarray) -> tuple[Floats, Statistic]:
    """The distance is between the mid-ranks of the values in the data at hand, so each resample has its own."""
    size = len(table.values)
    if size > _MOST_ORDINAL_VALUES:
        raise ValueError(f"{size} values are too many for an ordinal scale: use interval")
    counts, given = table.counts[kept], table.per_item[kept]
    pairs = np.einsum("ic,ik->ick", counts, counts)
    pairs[:, np.arange(size), np.arange(size)] -= counts
    per_item = np.zeros((table.n_items, size * size))
    per_item[kept] = (pairs / (given - 1)[:, None, None]).reshape(len(counts), -1)

    def statistic(sums: Floats) -> Floats:
        coincidences = sums.reshape(*sums.shape[:-1], size, size)
        often = coincidences.sum(axis=-1)
        middle = often.cumsum(axis=-1) - often / 2
        distance = (middle[..., :, None] - middle[..., None, :]) ** 2
        n = often.sum(axis=-1)
        observed = (coincidences * distance).sum(axis=(-2, -1))
        expected = (often[..., :, None] * often[..., None, :] * distance).sum(axis=(-2, -1))
        return 1 - (n - 1) * observed / _not_zero(expected)

    return table.by_cluster(per_item), statistic


def _not_zero(expected: Floats, tolerance: Floats | float = 1e-9) -> Floats:
    return np.where(expected > tolerance, expected, np.nan)
