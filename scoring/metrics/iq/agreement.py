"""How well predictions agree with people: rank and linear correlation, ROC-AUC, average precision, F1, calibration.

Small on purpose (numpy only, no scipy: the worker that trains has none of the statistics packages). Checked against
scipy and scikit-learn in the tests.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ranks(values: Sequence[float] | Floats) -> Floats:
    """1-based ranks, ties share their mean rank."""
    array = np.asarray(values, dtype=float)
    _, inverse, counts = np.unique(array, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=float)


def pearson(a: Sequence[float] | Floats, b: Sequence[float] | Floats) -> float:
    """Linear correlation; NaN where one side is constant."""
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale > 1e-9 else float("nan")


def spearman(a: Sequence[float] | Floats, b: Sequence[float] | Floats) -> float:
    """Rank correlation with ties shared."""
    return pearson(ranks(a), ranks(b))


def roc_auc(score: Sequence[float] | Floats, positive: Sequence[bool] | NDArray[np.bool_]) -> float:
    """Chance that a positive is scored above a negative; NaN where one class is absent."""
    truth = np.asarray(positive, dtype=bool)
    up, down = int(truth.sum()), int((~truth).sum())
    if not up or not down:
        return float("nan")
    return float((ranks(score)[truth].sum() - up * (up + 1) / 2) / (up * down))


def average_precision(score: Sequence[float] | Floats, positive: Sequence[bool] | NDArray[np.bool_]) -> float:
    """Area under precision-recall as a step function, equal scores taken together; NaN without a positive."""
    values, truth = np.asarray(score, dtype=float), np.asarray(positive, dtype=bool)
    if not truth.any():
        return float("nan")
    order = np.argsort(-values, kind="stable")
    ends = np.append(np.nonzero(np.diff(values[order]))[0], len(values) - 1)
    hits = np.cumsum(truth[order])[ends]
    return float(np.sum(np.diff(np.append(0, hits)) / truth.sum() * hits / (ends + 1)))


def f1(predicted: Sequence[bool] | NDArray[np.bool_], positive: Sequence[bool] | NDArray[np.bool_]) -> float:
    """F1 of the positive class, 0 where nothing is found."""
    said, truth = np.asarray(predicted, dtype=bool), np.asarray(positive, dtype=bool)
    both = int((said & truth).sum())
    return 2 * both / (int(said.sum()) + int(truth.sum())) if both else 0.0


def best_threshold(score: Sequence[float] | Floats, positive: Sequence[bool] | NDArray[np.bool_]) -> float:
    """The score from which on calling it positive gives the best F1 (the middle between two scores)."""
    values, truth = np.asarray(score, dtype=float), np.asarray(positive, dtype=bool)
    order = np.argsort(-values, kind="stable")
    ends = np.append(np.nonzero(np.diff(values[order]))[0], len(values) - 1)
    hits = np.cumsum(truth[order])[ends]
    best = int(np.argmax(2 * hits / (ends + 1 + truth.sum())))
    here = values[order][ends[best]]
    below = values[order][ends[best] + 1] if ends[best] + 1 < len(values) else here - 1.0
    return float((here + below) / 2)


def calibration_error(
    probability: Sequence[float] | Floats, positive: Sequence[bool] | Floats, bins: int = 10
) -> float:
    """Expected calibration error over bins of equal count."""
    order = np.argsort(np.asarray(probability, dtype=float), kind="stable")
    said = np.asarray(probability, dtype=float)[order]
    truth = np.asarray(positive, dtype=float)[order]
    parts = [part for part in np.array_split(np.arange(len(said)), bins) if len(part)]
    return float(sum(abs(said[part].mean() - truth[part].mean()) * len(part) for part in parts) / len(said))
