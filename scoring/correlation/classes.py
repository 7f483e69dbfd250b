"""A metric as a detector: AUC, average precision, F1 at a threshold, with intervals over conversations.

`x` is the metric, `y` is 1 for what is looked for (a defect) and 0 otherwise. Where low values mean a defect, negate
the metric first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from annotate.agreement.bootstrap import Statistic, draws, estimate, percentiles
from annotate.estimates import Estimate
from scoring.correlation.pairs import Floats, Pairs
from scoring.correlation.ranks import ResampledRanks

_AT_ONCE = 800_000
# Ranks of all items, of the positives, draws (clusters, resamples) -> (resamples,)
_Measure = Callable[[ResampledRanks, ResampledRanks, Floats], Floats]


def roc_auc(pairs: Pairs, *, resamples: int = 1000, seed: int = 7) -> Estimate:
    """The chance that a positive item has the higher value, ties counting half (Mann-Whitney)."""
    return _ranking(pairs, _auc, "ROC-AUC", resamples, seed)


def average_precision(pairs: Pairs, *, resamples: int = 1000, seed: int = 7) -> Estimate:
    """Precision averaged over the positives, equal values taken together (no interpolation)."""
    return _ranking(pairs, _average_precision, "average precision", resamples, seed)


def f1(pairs: Pairs, threshold: float, *, resamples: int = 1000, seed: int = 7) -> Estimate:
    """F1 of "value >= threshold". Choose the threshold on other items (`best_threshold` on a dev part)."""
    method = f"F1 at {threshold:g}; bootstrap over conversations"
    why = _one_class(pairs)
    if why:
        return Estimate(None, why, method=method, **pairs.sizes)
    said = pairs.x >= threshold
    hits = said * pairs.y
    sums = np.zeros((pairs.n_clusters, 2))
    np.add.at(sums, pairs.cluster, np.column_stack([hits, said + pairs.y]))
    statistic: Statistic = lambda sums: 2 * sums[..., 0] / sums[..., 1]  # noqa: E731
    undefined = "nothing is positive and nothing was called so"
    return estimate(
        sums, statistic, undefined=undefined, sizes=pairs.sizes, method=method, resamples=resamples, seed=seed
    )


def best_threshold(pairs: Pairs) -> float | None:
    """The value with the highest F1 of "value >= threshold"; None with one class. Optimistic where it was found."""
    if _one_class(pairs):
        return None
    order = np.argsort(-pairs.x, kind="stable")
    x, hits = pairs.x[order], np.cumsum(pairs.y[order])
    scores = 2 * hits / (np.arange(1, len(x) + 1) + pairs.y.sum())
    ends = np.append(x[1:] != x[:-1], True)  # a threshold takes all equal values
    return float(x[ends][np.argmax(scores[ends])])


def _one_class(pairs: Pairs) -> str | None:
    if not len(pairs.x):
        return "nothing was both rated and scored"
    if not np.isin(pairs.y, (0, 1)).all():
        raise ValueError("classes are 0 and 1")
    if np.ptp(pairs.y) == 0:
        return f"every item is {'positive' if pairs.y[0] else 'negative'}: nothing to tell apart"
    return None


def _auc(ranks: ResampledRanks, positive: ResampledRanks, drawn: Floats) -> Floats:
    every, hit = ranks.often @ drawn, positive.often @ drawn
    middle = np.cumsum(every, axis=0) - every / 2
    n, p = every.sum(axis=0, dtype=np.float64), hit.sum(axis=0, dtype=np.float64)
    return ((hit * middle).sum(axis=0, dtype=np.float64) - p * p / 2) / (p * (n - p))


def _average_precision(ranks: ResampledRanks, positive: ResampledRanks, drawn: Floats) -> Floats:
    every, hit = (each.often[::-1] @ drawn for each in (ranks, positive))
    called = np.maximum(np.cumsum(every, axis=0), 1)
    found = np.cumsum(hit, axis=0)
    return (found / called * hit).sum(axis=0, dtype=np.float64) / found[-1]


def _ranking(pairs: Pairs, measure: _Measure, name: str, resamples: int, seed: int) -> Estimate:
    method = f"{name}; bootstrap over conversations"
    why = _one_class(pairs)
    if why:
        return Estimate(None, why, method=method, **pairs.sizes)
    ranks = ResampledRanks(pairs.x, pairs.cluster, pairs.n_clusters)
    positive = ResampledRanks(pairs.x, pairs.cluster, pairs.n_clusters, counted=pairs.y)
    once = np.ones((pairs.n_clusters, 1))
    value = float(measure(ranks, positive, once)[0])
    if not resamples or pairs.n_clusters < 3:
        words = "fewer than three conversations: no interval" if resamples else "no interval asked for"
        return Estimate(value, None, None, None, words, method=method, **pairs.sizes)
    drawn = draws(pairs.n_clusters, resamples, seed=seed).T
    step = _AT_ONCE // len(pairs.x) + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        again = [measure(ranks, positive, drawn[:, at : at + step]) for at in range(0, resamples, step)]
    low, high, reason = percentiles(np.concatenate(again))
    return Estimate(value, None, low, high, reason, method=method, **pairs.sizes)
