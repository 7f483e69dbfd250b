"""A metric's raw values on the human scale, by a monotone map. Fitting is in `.fit`. Standard library only."""

from scoring.metrics.calibration.monotone import BadCalibration, Calibration, Report

__all__ = ["BadCalibration", "Calibration", "Report"]
