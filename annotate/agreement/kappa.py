"""Agreement corrected for chance: Cohen's, Fleiss' and Gwet's coefficients, with weights for ordered scales.

All are (p_a - p_e) / (1 - p_e); they differ in what they call chance. Several raters and missing ratings as in Gwet
(2014, "Handbook of Inter-Rater Reliability", 4th ed., chapters 2-3): p_a from items with two or more ratings, the
shares of the values from all items. With the same number of raters everywhere `fleiss_kappa` is Fleiss (1971).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from annotate.agreement.bootstrap import estimate
from annotate.agreement.table import Floats, RatingTable
from annotate.estimates import Estimate

Weights = Literal["identity", "linear", "quadratic", "ordinal"]


def agreement_weights(values: tuple[object, ...], weights: Weights) -> Floats:
    """(values, values), 1 on the diagonal. linear and quadratic use the numbers themselves, ordinal their order only.

    ordinal: 1 - C(d + 1, 2) / C(q, 2) for values d places apart (Gwet). Raises LookupError, TypeError for labels.
    """
    if weights not in get_args(Weights):
        raise LookupError(f"There are no weights {weights!r}. Known: {', '.join(get_args(Weights))}.")
    q = len(values)
    if weights == "identity" or q < 2:
        return np.eye(q)
    if weights == "ordinal":
        apart = np.abs(np.subtract.outer(np.arange(q), np.arange(q)))
        return 1 - apart * (apart + 1) / (q * (q - 1))
    if not all(isinstance(value, int | float) for value in values):
        raise TypeError("labels are no numbers: use identity or ordinal weights")
    numbers = np.array(values, dtype=np.float64)
    away = np.abs(np.subtract.outer(numbers, numbers)) / np.ptp(numbers)
    return 1 - (away if weights == "linear" else away**2)


def percent_agreement(table: RatingTable, *, weights: Weights = "identity", resamples: int = 1000) -> Estimate:
    """The chance that two raters of an item agree (weighted: how much), no correction for chance."""
    method = f"share of agreeing pairs{_named(weights)}; percentile bootstrap over conversations"
    return _several(table, weights, None, method, resamples)


def fleiss_kappa(table: RatingTable, *, weights: Weights = "identity", resamples: int = 1000) -> Estimate:
    """Fleiss' kappa: chance is that both draw from the values' shares."""
    method = f"Fleiss' kappa{_named(weights)}; percentile bootstrap over conversations"
    return _several(table, weights, "fleiss", method, resamples)


def gwet_ac(table: RatingTable, *, weights: Weights = "identity", resamples: int = 1000) -> Estimate:
    """AC1 (identity weights) or AC2 (others), Gwet (2008): steady where one value is far the most frequent.

    The number of points on the scale matters: give RatingTable its `categories`.
    """
    name = "AC1" if weights == "identity" else "AC2"
    method = f"Gwet's {name}{_named(weights)}; percentile bootstrap over conversations"
    return _several(table, weights, "gwet", method, resamples)


def _named(weights: Weights) -> str:
    return "" if weights == "identity" else f", {weights} weights"


def _several(table: RatingTable, weights: Weights, chance: str | None, method: str, resamples: int) -> Estimate:
    kept = table.per_item >= 2
    if not kept.any():
        why = "no item has two ratings: nothing to compare" if table.n_ratings else "nobody rated"
        return Estimate(None, why, method=method, **table.sizes())
    weight = agreement_weights(table.values, weights)
    q = len(table.values)
    counts, given = table.counts, table.per_item
    agreeing = ((counts * (counts @ weight)).sum(axis=1) - given) / np.maximum(given * (given - 1), 1)
    shares = counts / np.maximum(given, 1)[:, None]
    sums = table.by_cluster(np.column_stack([kept, np.where(kept, agreeing, 0.0), np.ones(len(given)), shares]))

    def statistic(sums: Floats) -> Floats:
        observed = sums[..., 1] / sums[..., 0]
        if chance is None:
            return observed
        share = sums[..., 3:] / sums[..., 2:3]
        if chance == "fleiss":
            expected = ((share @ weight) * share).sum(axis=-1)
        else:
            expected = weight.sum() / (q * (q - 1)) * (share * (1 - share)).sum(axis=-1) if q > 1 else share[..., 0]
        return (observed - expected) / np.where(1 - expected > 1e-12, 1 - expected, np.nan)

    used = np.flatnonzero(counts.sum(axis=0))
    undefined = f"unanimous: every rating is {table.value_word(int(used[0]))}, so agreement by chance is total (0/0)"
    if q == 1 and chance == "gwet":
        undefined = f"only the value {table.value_word(0)} is known: say which categories the scale has"
    return estimate(sums, statistic, undefined=undefined, sizes=table.sizes(kept), method=method, resamples=resamples)


def cohen_kappa(
    table: RatingTable,
    first: Hashable,
    second: Hashable,
    *,
    weights: Weights = "identity",
    resamples: int = 1000,
) -> Estimate:
    """Cohen's kappa (1960; weighted 1968) of two raters on the items that both rated. LookupError: unknown rater."""
    pair = [_rater(table, name) for name in (first, second)]
    method = f"Cohen's kappa{_named(weights)}; percentile bootstrap over conversations"
    q = len(table.values)
    answers = np.full((2, table.n_items), -1)
    for row, rater in enumerate(pair):
        mine = table.rater == rater
        answers[row, table.item[mine]] = table.code[mine]
    kept: NDArray[np.bool_] = np.all(answers >= 0, axis=0)
    sizes = table.sizes(kept)
    sizes["n_raters"], sizes["n_ratings"] = 2, 2 * int(kept.sum())
    if not kept.any():
        return Estimate(None, f"{first} and {second} rated no item in common", method=method, **sizes)
    cells = np.zeros((table.n_items, q * q))
    cells[kept, answers[0, kept] * q + answers[1, kept]] = 1
    weight = agreement_weights(table.values, weights)

    def statistic(sums: Floats) -> Floats:
        table_of = sums.reshape(*sums.shape[:-1], q, q)
        share = table_of / table_of.sum(axis=(-2, -1), keepdims=True)
        observed = (share * weight).sum(axis=(-2, -1))
        expected = (share.sum(axis=-1)[..., :, None] * share.sum(axis=-2)[..., None, :] * weight).sum(axis=(-2, -1))
        return (observed - expected) / np.where(1 - expected > 1e-12, 1 - expected, np.nan)

    word = table.value_word(int(answers[0, kept][0]))
    undefined = f"unanimous: both gave {word} to every item, so agreement by chance is total (0/0)"
    return estimate(
        table.by_cluster(cells), statistic, undefined=undefined, sizes=sizes, method=method, resamples=resamples
    )


def _rater(table: RatingTable, name: Hashable) -> int:
    if name not in table.rater_names:
        raise LookupError(f"There is no rater {name!r} in these ratings.")
    return table.rater_names.index(name)
