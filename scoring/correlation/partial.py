"""What is left of a correlation when other things are held fixed (length, word overlap, ...)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from annotate.agreement.bootstrap import draws, percentiles
from annotate.estimates import Estimate
from scoring.correlation.coefficients import NAMES, Coefficient
from scoring.correlation.pairs import Floats, Pairs, undefined
from scoring.correlation.ranks import mid_ranks


def partial_correlation(
    pairs: Pairs,
    given: Mapping[str, Sequence[float] | Floats],
    coefficient: Coefficient = "spearman",
    *,
    resamples: int = 1000,
    seed: int = 7,
) -> Estimate:
    """Correlation of metric and human given the others, by the inverse of their correlation matrix.

    Spearman: of the ranks, which are made once (an approximation in the interval only). Raises LookupError for Kendall,
    ValueError for lengths that differ. A given that is constant holds nothing fixed and is left out.
    """
    if coefficient == "kendall":
        raise LookupError("partial correlations are for Pearson and Spearman")
    others = [np.asarray(each, dtype=np.float64) for each in given.values()]
    if any(len(each) != len(pairs.x) for each in others):
        raise ValueError("every given needs one value an item")
    others = [each for each in others if len(each) and np.ptp(each) > 0]
    method = f"{NAMES[coefficient]} given {', '.join(given)}; bootstrap over conversations"
    why = undefined(pairs.x, pairs.y)
    if why is None and len(pairs.x) < 3 + len(others):
        why = f"{len(pairs.x)} items are too few to hold {len(others)} things fixed"
    if why:
        return Estimate(None, why, method=method, **pairs.sizes)
    columns = [mid_ranks(each) if coefficient == "spearman" else each for each in (pairs.x, pairs.y, *others)]
    data = np.column_stack([(each - each.mean()) / each.std() for each in columns])
    k = data.shape[1]
    products = np.einsum("ni,nj->nij", data, data).reshape(len(data), k * k)
    per_item = np.column_stack([np.ones(len(data)), data, products])
    sums = np.zeros((pairs.n_clusters, per_item.shape[1]))
    np.add.at(sums, pairs.cluster, per_item)
    value = float(_partial(sums.sum(axis=0), k))
    if not np.isfinite(value):
        return Estimate(None, "what is held fixed says everything about one side", method=method, **pairs.sizes)
    if not resamples or pairs.n_clusters < 3:
        words = "fewer than three conversations: no interval" if resamples else "no interval asked for"
        return Estimate(value, None, None, None, words, method=method, **pairs.sizes)
    low, high, reason = percentiles(_partial(draws(pairs.n_clusters, resamples, seed=seed) @ sums, k))
    return Estimate(value, None, low, high, reason, method=method, **pairs.sizes)


def _partial(sums: Floats, k: int) -> Floats:
    n = sums[..., 0, None, None]
    means = sums[..., 1 : 1 + k] / sums[..., 0:1]
    covariance = sums[..., 1 + k :].reshape(*sums.shape[:-1], k, k) / n - means[..., :, None] * means[..., None, :]
    flat = np.linalg.eigvalsh(covariance)[..., 0] < 1e-10
    precision = np.linalg.inv(np.where(flat[..., None, None], np.eye(k), covariance))
    found = -precision[..., 0, 1] / np.sqrt(precision[..., 0, 0] * precision[..., 1, 1])
    return np.where(flat, np.nan, found)
