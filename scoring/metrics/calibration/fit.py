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


def fit_calibration(
    raw: Sequence[float],
    human: Sequence[float],
    groups: Sequence[Hashable],
    *,
    signature: str,
    dimension: str,
    scale: tuple[float, float],
    rising: bool = True,
    folds: int = 5,
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
    inside = [interpolate(xs, ys, value) - wanted for value, wanted in zip(raw, human, strict=True)]
    outside, constant = _errors_left_out(raw, human, folds_of(groups, min(folds, count)), scale, rising)
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


def _errors_left_out(
    raw: Sequence[float], human: Sequence[float], fold_of: list[int], scale: tuple[float, float], rising: bool
) -> tuple[list[float], list[float]]:
    """Error of each rating by the map, and by the mean, of the other folds; fold by fold."""
    calibrated: list[float] = []
    constant: list[float] = []
    for fold in sorted(set(fold_of)):
        fitted = [index for index, each in enumerate(fold_of) if each != fold]
        mean = math.fsum(human[index] for index in fitted) / len(fitted)
        xs, ys = isotonic([raw[i] for i in fitted], [human[i] for i in fitted], scale=scale, rising=rising)
        for index in (index for index, each in enumerate(fold_of) if each == fold):
            calibrated.append(interpolate(xs, ys, raw[index]) - human[index])
            constant.append(mean - human[index])
    return calibrated, constant


def _mae(errors: Sequence[float]) -> float:
    return math.fsum(map(abs, errors)) / len(errors)


def _rmse(errors: Sequence[float]) -> float:
    return math.sqrt(math.fsum(error * error for error in errors) / len(errors))
