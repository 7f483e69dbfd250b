"""What a person reaches: one rater against the rest, and one half of the raters against the other.

A metric that goes with the mean rating better than one person does is doing well; the split half, stepped up to the
whole panel (Spearman and Brown), is what the best possible metric would be seen to reach with these raters.
"""

from __future__ import annotations

import numpy as np

from annotate.agreement.bootstrap import percentiles
from annotate.agreement.table import RatingTable
from annotate.estimates import Estimate
from scoring.correlation.coefficients import NAMES, Coefficient, correlation, point, resampled
from scoring.correlation.pairs import Floats, Pairs, undefined
from scoring.correlation.ranks import mid_ranks


def one_against_rest(table: RatingTable) -> Pairs:
    """Each rating (x) beside the mean of the item's other ratings (y); items with one rating are left out."""
    numbers = table.numbers
    total = np.bincount(table.item, weights=numbers, minlength=table.n_items)
    kept = table.per_item[table.item] >= 2
    item, x = table.item[kept], numbers[kept]
    rest = (total[item] - x) / (table.per_item[item] - 1)
    cluster = table.cluster_of[item]
    found, cluster = np.unique(cluster, return_inverse=True)
    return Pairs(x, rest, cluster, len(found))


def human_ceiling(table: RatingTable, coefficient: Coefficient = "spearman", *, resamples: int = 1000) -> Estimate:
    """Correlation of one rater with the mean of the others, over all ratings at once."""
    found = correlation(one_against_rest(table), coefficient, resamples=resamples)
    method = f"one rater against the mean of the others; {found.method}"
    sizes = table.sizes(table.per_item >= 2)
    return Estimate(found.value, found.reason, found.low, found.high, found.interval_reason, method=method, **sizes)


def split_half(
    table: RatingTable,
    coefficient: Coefficient = "spearman",
    *,
    splits: int = 20,
    stepped_up: bool = False,
    resamples: int = 1000,
    seed: int = 7,
) -> Estimate:
    """Mean over random splits of each item's raters in two halves of the correlation of the halves' means.

    With an odd number one half has one more. stepped_up: 2 r / (1 + r), the reliability of the whole panel; its square
    root bounds what a metric can reach. Spearman's ranks are made once per split, not anew in each resample (an
    approximation, in the interval only).
    """
    if coefficient == "kendall":
        raise LookupError("split halves are for Pearson and Spearman")
    kept = table.per_item >= 2
    sizes = table.sizes(kept)
    step = ", stepped up to all raters (Spearman-Brown)" if stepped_up else ""
    method = f"split halves, {NAMES[coefficient]}, mean of {splits} splits{step}; bootstrap over conversations"
    if not kept.any():
        return Estimate(None, "no item has two ratings: nothing to split", method=method, **sizes)
    chance = np.random.default_rng(seed)
    values, drawn = [], []
    for _ in range(splits):
        halves = _halves(table, kept, chance)
        why = undefined(halves.x, halves.y)
        if why:
            return Estimate(None, why.replace("the metric is", "one half is"), method=method, **sizes)
        if coefficient == "spearman":
            halves = Pairs(mid_ranks(halves.x), mid_ranks(halves.y), halves.cluster, halves.n_clusters)
        values.append(point(halves, "pearson"))
        if resamples and halves.n_clusters >= 3:
            drawn.append(resampled(halves, "pearson", resamples=resamples, seed=seed))
    value = float(_step(np.asarray(np.mean(values)), stepped_up))
    if not drawn:
        words = "fewer than three conversations: no interval" if resamples else "no interval asked for"
        return Estimate(value, None, None, None, words, method=method, **sizes)
    low, high, reason = percentiles(_step(np.mean(drawn, axis=0), stepped_up))
    return Estimate(value, None, low, high, reason, method=method, **sizes)


def _step(r: Floats, stepped_up: bool) -> Floats:
    return 2 * r / (1 + r) if stepped_up else r


def _halves(table: RatingTable, kept: np.ndarray, chance: np.random.Generator) -> Pairs:
    # Raters in random order within their item; every second one goes to the other half, the start is random too.
    order = np.lexsort((chance.random(table.n_ratings), table.item))
    item = table.item[order]
    place = np.arange(len(item)) - np.searchsorted(item, item)
    side = (place + chance.integers(2, size=table.n_items)[item]) % 2
    means = []
    for half in (0, 1):
        mine = side == half
        total = np.bincount(item[mine], weights=table.numbers[order][mine], minlength=table.n_items)
        means.append(total[kept] / np.bincount(item[mine], minlength=table.n_items)[kept])
    found, cluster = np.unique(table.cluster_of[kept], return_inverse=True)
    return Pairs(means[0], means[1], cluster, len(found))


def noise_free_bound(table: RatingTable, *, splits: int = 20, resamples: int = 1000) -> Estimate:
    """Square root of the stepped-up Pearson split half: what a metric that knew the true values would reach."""
    found = split_half(table, "pearson", splits=splits, stepped_up=True, resamples=resamples)
    if found.value is None or found.value < 0:
        words = found.reason or "the halves go against each other: there is no bound to give"
        return Estimate(None, words, method=found.method)
    low, high = (None if each is None else float(np.sqrt(max(0.0, each))) for each in (found.low, found.high))
    return Estimate(
        float(np.sqrt(found.value)), None, low, high, found.interval_reason,
        method=f"square root of: {found.method}", **table.sizes(table.per_item >= 2),
    )  # fmt: skip
