"""Fit the monotone map on human ratings: isotonic regression, checked on groups that it has not seen.

Isotonic regression (Barlow et al., 1972) is the rising step function nearest to the ratings in squared error. It keeps
the order of the metric, so no rank correlation gets better (ties may appear); it only moves values to the human scale.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

from scoring.metrics.calibration.isotonic import isotonic
from scoring.metrics.calibration.monotone import Calibration, Report, interpolate

FOLDS = 5


def fit_calibration(
    raw: Sequence[float],
    human: Sequence[float],
    groups: Sequence[Hashable],
    *,
    signature: str,
    dimension: str,
    scale: tuple[float, float],
    rising: bool = True,
    folds: int = FOLDS,
) -> Calibration:
    """The map from `raw` to `human`, with its report.

    groups: what must not be split between fitting and checking (the conversation of each rating).
    scale: lowest and highest point of the human scale; no calibrated value leaves it.
    Fewer groups than `folds` give as many folds as there are groups. Raises ValueError for fewer than two groups,
    unequal lengths, or a value that is not finite.
    """
    if not len(raw) == len(human) == len(groups):
        raise ValueError("raw, human and groups need the same length")
    if not all(map(math.isfinite, (*raw, *human))):
        raise ValueError("raw and human values must be finite")
    count = len(set(groups))
    if count < 2:
        raise ValueError("at least two groups are needed to check a calibration")
    xs, ys = isotonic(raw, human, scale=scale, rising=rising)
    fold_of = folds_of(groups, min(folds, count))
    inside = [interpolate(xs, ys, value) - wanted for value, wanted in zip(raw, human, strict=True)]
    unseen = left_out(raw, human, fold_of, scale=scale, rising=rising)
    outside = [value - wanted for value, wanted in zip(unseen, human, strict=True)]
    constant = _errors_of_the_mean(human, fold_of)
    report = Report(
        ratings=len(raw),
        groups=count,
        folds=min(folds, count),
        in_fold_mae=_mae(inside),
        in_fold_rmse=_rmse(inside),
        out_of_fold_mae=_mae(outside),
        out_of_fold_rmse=_rmse(outside),
        constant_mae=_mae(constant),
        constant_rmse=_rmse(constant),
    )
    return Calibration(signature=signature, dimension=dimension, raw=xs, human=ys, report=report, rising=rising)


def folds_of(groups: Sequence[Hashable], folds: int) -> list[int]:
    """The fold of each item: whole groups, the largest first, each into the fold that holds fewest items so far."""
    sizes = Counter(groups)
    held = [0] * folds
    fold_of: dict[Hashable, int] = {}
    for group, size in sizes.most_common():
        fold_of[group] = held.index(min(held))
        held[fold_of[group]] += size
    return [fold_of[group] for group in groups]


def left_out(
    raw: Sequence[float],
    human: Sequence[float],
    fold_of: Sequence[int],
    *,
    scale: tuple[float, float],
    rising: bool = True,
) -> list[float]:
    """Each raw value on the human scale, by the map of the other folds: what the map says of ratings not seen."""
    found = [math.nan] * len(raw)
    for fold in set(fold_of):
        fitted = [index for index, each in enumerate(fold_of) if each != fold]
        xs, ys = isotonic([raw[i] for i in fitted], [human[i] for i in fitted], scale=scale, rising=rising)
        for index in (index for index, each in enumerate(fold_of) if each == fold):
            found[index] = interpolate(xs, ys, raw[index])
    return found


def _errors_of_the_mean(human: Sequence[float], fold_of: Sequence[int]) -> list[float]:
    """The mean of the other folds minus each rating."""
    means = {}
    for fold in set(fold_of):
        others = [value for value, each in zip(human, fold_of, strict=True) if each != fold]
        means[fold] = math.fsum(others) / len(others)
    return [means[fold] - value for fold, value in zip(fold_of, human, strict=True)]


def _mae(errors: Sequence[float]) -> float:
    return math.fsum(map(abs, errors)) / len(errors)


def _rmse(errors: Sequence[float]) -> float:
    return math.sqrt(math.fsum(error * error for error in errors) / len(errors))
