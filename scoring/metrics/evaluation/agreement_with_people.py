"""How a metric's scores go with human scores, with intervals over whole groups. Needs numpy and scipy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, rankdata, spearmanr

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and its 95 % interval: percentiles over `resamples` draws of groups with replacement."""

    name: str
    value: float
    low: float
    high: float


def figures(
    scores: Sequence[float], human: Sequence[float], groups: Sequence[str], *, resamples: int = 1000, seed: int = 7
) -> list[Figure]:
    """Pearson and Spearman; ROC AUC where the human scores have two values only.

    Items of one group (a context, an article) are not independent, so whole groups are drawn.
    """
    x, y = np.asarray(scores, dtype=np.float64), np.asarray(human, dtype=np.float64)
    measures: dict[str, Callable[[Floats, Floats], float]] = {
        "Pearson": lambda a, b: float(pearsonr(a, b).statistic),
        "Spearman": lambda a, b: float(spearmanr(a, b).statistic),
    }
    if len(set(human)) == 2:
        measures["AUC"] = auc
    members: dict[str, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    places = [np.array(indices) for indices in members.values()]
    chance = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(resamples):
        chosen = np.concatenate([places[index] for index in chance.integers(len(places), size=len(places))])
        if np.ptp(x[chosen]) == 0 or np.ptp(y[chosen]) == 0:
            continue
        for name, measure in measures.items():
            drawn[name].append(measure(x[chosen], y[chosen]))
    return [
        Figure(name, measure(x, y), *(float(each) for each in np.percentile(drawn[name] or [np.nan], [2.5, 97.5])))
        for name, measure in measures.items()
    ]


def auc(scores: Floats, human: Floats) -> float:
    """Chance that a text of the higher human value has the higher score; ties count half (Mann-Whitney)."""
    positive = human == human.max()
    ranks = rankdata(scores)
    count = int(positive.sum())
    above = ranks[positive].sum() - count * (count + 1) / 2
    return float(above / (count * (len(human) - count)))
