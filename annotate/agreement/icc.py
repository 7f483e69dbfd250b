"""Intraclass correlations (Shrout and Fleiss, 1979; McGraw and Wong, 1996) from sums of squares.

    ICC(1)  raters differ from item to item          (MSB - MSW) / (MSB + (k - 1) MSW)
    ICC(2)  the same raters, a sample of all raters  (MSR - MSE) / (MSR + (k - 1) MSE + k (MSC - MSE) / n)
    ICC(3)  the same raters, these and no others     (MSR - MSE) / (MSR + (k - 1) MSE)
    with "k": of the mean of the k raters

ICC(1) takes items with different numbers of ratings (k is then the usual average, k0); ICC(2) and (3) take the items
that every rater rated. For crossed raters with gaps use the variance components of annotate.rater_model.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from annotate.agreement.bootstrap import Statistic, estimate
from annotate.agreement.table import Floats, RatingTable
from annotate.estimates import Estimate

Form = Literal["1", "1k", "2", "2k", "3", "3k"]


def icc(table: RatingTable, form: Form, *, resamples: int = 1000, seed: int = 7) -> Estimate:
    """The intraclass correlation of the form, with its interval over conversations. Can be below 0.

    Raises LookupError for an unknown form, TypeError for labels.
    """
    if form not in get_args(Form):
        raise LookupError(f"There is no ICC form {form!r}. Known: {', '.join(get_args(Form))}.")
    method = f"ICC({form[0]},{'k' if form.endswith('k') else '1'}); percentile bootstrap over conversations"
    numbers = table.numbers
    raters = len(table.rater_names)
    kept = table.per_item >= 2 if form[0] == "1" else table.per_item == raters
    if not table.n_ratings:
        return Estimate(None, "nobody rated", method=method)
    if raters < 2 or not kept.any():
        why = "no item has two ratings: nothing to compare"
        if form[0] != "1" and raters >= 2:
            why = f"no item was rated by all {raters} raters: use ICC(1) or the rater model"
        return Estimate(None, why, method=method, **table.sizes())
    if kept.sum() < 2:
        return Estimate(None, "one item only: no variation between items", method=method, **table.sizes(kept))
    centred = numbers - numbers[kept[table.item]].mean()
    sums, statistic = (_one_way if form[0] == "1" else _two_way)(table, kept, centred, form)
    return estimate(
        sums,
        statistic,
        undefined="unanimous: every rating is the same, so neither items nor raters vary (0/0)",
        sizes=table.sizes(kept),
        method=method,
        resamples=resamples,
        seed=seed,
    )


def _one_way(table: RatingTable, kept: np.ndarray, x: Floats, form: Form) -> tuple[Floats, Statistic]:
    total = np.bincount(table.item, weights=x, minlength=table.n_items)
    squares = np.bincount(table.item, weights=x * x, minlength=table.n_items)
    k = table.per_item
    columns = [np.ones(len(k)), k, k * k, total, squares, total**2 / np.maximum(k, 1)]
    sums = table.by_cluster(np.column_stack(columns), kept)

    def statistic(sums: Floats) -> Floats:
        items, ratings, ratings2, total, squares, explained = np.moveaxis(sums, -1, 0)
        between = (explained - total**2 / ratings) / (items - 1)
        within = np.maximum(squares - explained, 0) / (ratings - items)
        k0 = (ratings - ratings2 / ratings) / (items - 1)
        below = between if form == "1k" else between + (k0 - 1) * within
        return (between - within) / np.where(below > 1e-12, below, np.nan)

    return sums, statistic


def _two_way(table: RatingTable, kept: np.ndarray, x: Floats, form: Form) -> tuple[Floats, Statistic]:
    k = len(table.rater_names)
    grid = np.zeros((table.n_items, k))
    grid[table.item, table.rater] = x
    columns = [np.ones(table.n_items), grid.sum(axis=1) ** 2 / k, (grid**2).sum(axis=1), *grid.T]
    sums = table.by_cluster(np.column_stack(columns), kept)

    def statistic(sums: Floats) -> Floats:
        n, rows, squares = sums[..., 0], sums[..., 1], sums[..., 2]
        by_rater = sums[..., 3:]
        correction = by_rater.sum(axis=-1) ** 2 / (n * k)
        between_raters = (by_rater**2).sum(axis=-1) / n - correction
        msr = (rows - correction) / (n - 1)
        msc = between_raters / (k - 1)
        mse = np.maximum(squares - rows - between_raters, 0) / ((n - 1) * (k - 1))
        raters = (msc - mse) / n if form[0] == "2" else 0.0
        below = msr + raters if form.endswith("k") else msr + (k - 1) * mse + k * raters
        return (msr - mse) / np.where(below > 1e-12, below, np.nan)

    return sums, statistic
