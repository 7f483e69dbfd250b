"""A metric's raw values on the human scale, by a monotone map. Fitting is in `.fit` (scikit-learn); this is pure."""

from scoring.metrics.calibration.monotone import BadCalibration, Calibration, Report

__all__ = ["BadCalibration", "Calibration", "Report"]
