"""Fit the monotone map on human ratings: isotonic regression, checked on groups that it has not seen.

Isotonic regression (Barlow et al., 1972) is the rising step function nearest to the ratings in squared error. It keeps
the order of the metric, so no rank correlation gets better (ties may appear); it only moves values to the human scale.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

from scoring.metrics.calibration.monotone import Calibration, Report

Floats = NDArray[np.float64]


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
    x, y = np.asarray(raw, dtype=np.float64), np.asarray(human, dtype=np.float64)
    if not len(x) == len(y) == len(groups):
        raise ValueError("raw, human and groups need the same length")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("raw and human values must be finite")
    codes = {group: code for code, group in enumerate(dict.fromkeys(groups))}
    if len(codes) < 2:
        raise ValueError("at least two groups are needed to check a calibration")
    folds = min(folds, len(codes))
    model = _fit(x, y, scale, rising)
    left_out, constant = _left_out(x, y, np.array([codes[group] for group in groups]), folds, scale, rising)
    inside = model.predict(x)
    report = Report(
        ratings=len(x),
        groups=len(codes),
        folds=folds,
        in_fold_mae=_mae(inside - y),
        in_fold_rmse=_rmse(inside - y),
        out_of_fold_mae=_mae(left_out - y),
        out_of_fold_rmse=_rmse(left_out - y),
        constant_mae=_mae(constant - y),
        constant_rmse=_rmse(constant - y),
    )
    knots_x, knots_y = _knots(model, rising)
    return Calibration(
        signature=signature, dimension=dimension, raw=knots_x, human=knots_y, report=report, rising=rising
    )


def _fit(x: Floats, y: Floats, scale: tuple[float, float], rising: bool) -> IsotonicRegression:
    model = IsotonicRegression(y_min=scale[0], y_max=scale[1], increasing=rising, out_of_bounds="clip")
    return model.fit(x, y)


def _left_out(
    x: Floats, y: Floats, codes: NDArray[np.int64], folds: int, scale: tuple[float, float], rising: bool
) -> tuple[Floats, Floats]:
    """For each rating: the calibrated value by a map, and the mean, of the other folds."""
    calibrated, constant = np.empty_like(x), np.empty_like(x)
    for fitted, checked in GroupKFold(n_splits=folds).split(x, y, codes):
        calibrated[checked] = _fit(x[fitted], y[fitted], scale, rising).predict(x[checked])
        constant[checked] = y[fitted].mean()
    return calibrated, constant


def _knots(model: IsotonicRegression, rising: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The knots as plain floats, strictly rising in raw; rounding may not turn a step around."""
    xs: list[float] = []
    ys: list[float] = []
    for x, y in zip(model.X_thresholds_.tolist(), model.y_thresholds_.tolist(), strict=True):
        if xs and x <= xs[-1]:
            continue
        if ys:
            y = max(y, ys[-1]) if rising else min(y, ys[-1])
        xs.append(x)
        ys.append(y)
    return tuple(xs), tuple(ys)


def _mae(errors: Floats) -> float:
    return float(np.abs(errors).mean())


def _rmse(errors: Floats) -> float:
    return float(np.sqrt((errors**2).mean()))
