"""Two metrics on the same items: is one closer to people than the other?

`difference` says by how much, with an interval; `permutation_test` and `williams_test` give chances under "no
difference". The permutation test swaps the metrics within whole conversations and so knows that turns hang together;
Williams' test (1959; Steiger, 1980) takes every item for independent, and is given because papers report it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from annotate.agreement.bootstrap import percentiles
from annotate.estimates import Estimate
from scoring.correlation.coefficients import NAMES, Coefficient, point, resampled
from scoring.correlation.pairs import Floats, Pairs, undefined
from scoring.correlation.ranks import mid_ranks


@dataclass(frozen=True, slots=True)
class Comparison:
    """`chance` (two-sided p) and `difference` are None together, with the `reason`."""

    difference: float | None
    chance: float | None
    statistic: float | None = None
    reason: str | None = None
    method: str = ""


def difference(
    first: Pairs, second: Pairs, coefficient: Coefficient = "spearman", *, resamples: int = 1000, seed: int = 7
) -> Estimate:
    """First's correlation minus second's, both on the same resamples of conversations. Pearson or Spearman."""
    _same_items(first, second)
    method = f"difference of {NAMES[coefficient]}; paired bootstrap over conversations"
    why = _undefined(first, second)
    if why:
        return Estimate(None, why, method=method, **first.sizes)
    value = point(first, coefficient) - point(second, coefficient)
    if first.n_clusters < 3:
        few = "fewer than three conversations: no interval"
        return Estimate(value, None, None, None, few, method=method, **first.sizes)
    drawn = [resampled(each, coefficient, resamples=resamples, seed=seed) for each in (first, second)]
    low, high, reason = percentiles(drawn[0] - drawn[1])
    return Estimate(value, None, low, high, reason, method=method, **first.sizes)


def williams_test(first: Pairs, second: Pairs) -> Comparison:
    """Williams' t on the Pearson correlations."""
    _same_items(first, second)
    method = "Williams' test; takes the items for independent"
    why = _undefined(first, second)
    if why:
        return Comparison(None, None, reason=why, method=method)
    r12, r13 = point(first, "pearson"), point(second, "pearson")
    r23 = _pearson(first.x, second.x)
    n = len(first.x)
    if n <= 3 or 1 - r23 < 1e-12:
        words = "the two metrics are the same up to scale" if n > 3 else "fewer than four items"
        return Comparison(r12 - r13, None, reason=words, method=method)
    t = williams_t(r12, r13, r23, n)
    return Comparison(r12 - r13, float(2 * student.sf(abs(t), n - 3)), t, method=method)


def williams_t(r12: float, r13: float, r23: float, n: int) -> float:
    """t with n - 3 degrees of freedom; 1 is the human value, 2 and 3 the metrics."""
    determinant = 1 - r12**2 - r13**2 - r23**2 + 2 * r12 * r13 * r23
    below = 2 * determinant * (n - 1) / (n - 3) + ((r12 + r13) / 2) ** 2 * (1 - r23) ** 3
    return (r12 - r13) * math.sqrt((n - 1) * (1 + r23) / below)


def permutation_test(
    first: Pairs, second: Pairs, coefficient: Coefficient = "spearman", *, permutations: int = 2000, seed: int = 7
) -> Comparison:
    """The metrics, on one scale (standardised; for Spearman: ranked once), swap places in random conversations.

    Raises LookupError for Kendall's tau.
    """
    _same_items(first, second)
    if coefficient == "kendall":
        raise LookupError("the permutation test is for Pearson and Spearman")
    method = f"paired permutation of conversations, {NAMES[coefficient]}, {permutations} permutations"
    why = _undefined(first, second)
    if why:
        return Comparison(None, None, reason=why, method=method)
    a, b, y = (_standard(each, coefficient) for each in (first.x, second.x, first.y))
    sums_a, sums_b = (_sums(first, x, y) for x in (a, b))
    swap = np.random.default_rng(seed).integers(2, size=(permutations, first.n_clusters)).astype(np.float64)
    moved = swap @ (sums_b - sums_a)
    n = len(y)
    with np.errstate(divide="ignore", invalid="ignore"):
        r_a = _r(sums_a.sum(axis=0) + moved, n)
        r_b = _r(sums_b.sum(axis=0) - moved, n)
    observed = point(first, coefficient) - point(second, coefficient)
    beyond = int(np.sum(np.abs(r_a - r_b) >= abs(observed) - 1e-12))
    return Comparison(observed, (1 + beyond) / (1 + permutations), method=method)


def _standard(values: Floats, coefficient: Coefficient) -> Floats:
    x = mid_ranks(values) if coefficient == "spearman" else values
    return (x - x.mean()) / x.std()


def _sums(pairs: Pairs, x: Floats, y: Floats) -> Floats:
    parts = (x, x * x, x * y)
    return np.column_stack([np.bincount(pairs.cluster, weights=part, minlength=pairs.n_clusters) for part in parts])


def _r(sums: Floats, n: int) -> Floats:
    """The correlation with a y of mean 0 and variance 1."""
    return sums[..., 2] / n / np.sqrt(sums[..., 1] / n - (sums[..., 0] / n) ** 2)


def _pearson(x: Floats, y: Floats) -> float:
    x, y = x - x.mean(), y - y.mean()
    return float((x @ y) / math.sqrt((x @ x) * (y @ y)))


def _undefined(first: Pairs, second: Pairs) -> str | None:
    return undefined(first.x, first.y) or undefined(second.x, second.y)


def _same_items(first: Pairs, second: Pairs) -> None:
    if not (np.array_equal(first.y, second.y) and np.array_equal(first.cluster, second.cluster)):
        raise ValueError("two metrics are compared on the same items, in the same order")
