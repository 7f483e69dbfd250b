"""The fitted map: knots, straight lines between them, flat beyond the first and the last. Standard library only."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self


class BadCalibration(ValueError):
    """What was read is not a calibration; the message says why."""


@dataclass(frozen=True, slots=True)
class Report:
    """How far calibrated values are from people, on the human scale.

    in_fold: errors on the very ratings that the map was fitted on: too good. out_of_fold: each rating was left out,
    with its whole group, when its map was fitted: the honest number. constant: out-of-fold error of always saying the
    mean; a map that is not below it says nothing. mae: mean absolute, rmse: root mean square error.
    """

    ratings: int
    groups: int
    folds: int
    in_fold_mae: float
    in_fold_rmse: float
    out_of_fold_mae: float
    out_of_fold_rmse: float
    constant_mae: float
    constant_rmse: float


def interpolate(xs: Sequence[float], ys: Sequence[float], value: float) -> float:
    """Straight lines between the knots, flat beyond the first and the last; never leaves the step it stands on."""
    right = bisect_right(xs, value)
    if right == 0:
        return ys[0]
    if right == len(xs):
        return ys[-1]
    x0, x1, y0, y1 = xs[right - 1], xs[right], ys[right - 1], ys[right]
    share = (value / 2 - x0 / 2) / (x1 / 2 - x0 / 2)  # halved: x1 - x0 may be too large for a float
    between = y0 + min(max(share, 0.0), 1.0) * (y1 - y0)
    return min(max(between, min(y0, y1)), max(y0, y1))


@dataclass(frozen=True, slots=True)
class Calibration:
    """raw[i] becomes human[i]; raw strictly rises, human never falls (or never rises, where `rising` is false).

    signature: of the metric whose raw values it was fitted on. dimension: key of the human Dimension.
    """

    signature: str
    dimension: str
    raw: tuple[float, ...]
    human: tuple[float, ...]
    report: Report
    rising: bool = True

    def __post_init__(self) -> None:
        if not self.raw or len(self.raw) != len(self.human):
            raise BadCalibration("raw and human need the same number of knots, at least one")
        if not all(math.isfinite(knot) for knot in (*self.raw, *self.human)):
            raise BadCalibration("a knot is not a finite number")
        if any(later <= earlier for earlier, later in zip(self.raw, self.raw[1:], strict=False)):
            raise BadCalibration("the raw knots do not rise")
        steps = [later - earlier for earlier, later in zip(self.human, self.human[1:], strict=False)]
        if any((step < 0) if self.rising else (step > 0) for step in steps):
            raise BadCalibration(f"the human knots are not {'rising' if self.rising else 'falling'}")

    def apply(self, value: float) -> float:
        """`value` on the human scale; O(log knots). Raises ValueError for NaN."""
        if math.isnan(value):
            raise ValueError("NaN has no place on the human scale")
        return interpolate(self.raw, self.human, value)

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready object that `from_json` reads back equal."""
        return asdict(self)

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> Self:
        """Raises `BadCalibration` for anything that `to_json` did not write."""
        try:
            given = dict(held)
            report = Report(**given.pop("report"))
            raw = tuple(float(knot) for knot in given.pop("raw"))
            human = tuple(float(knot) for knot in given.pop("human"))
            return cls(raw=raw, human=human, report=report, **given)
        except (KeyError, TypeError) as error:
            raise BadCalibration(f"not a calibration: {error}") from error

    def dumps(self) -> str:
        """The text of a calibration.json."""
        return json.dumps(self.to_json(), indent=2, sort_keys=True, allow_nan=False) + "\n"

    @classmethod
    def loads(cls, text: str) -> Self:
        """Raises `BadCalibration`."""
        try:
            held = json.loads(text)
        except ValueError as error:
            raise BadCalibration(f"not JSON: {error}") from error
        if not isinstance(held, dict):
            raise BadCalibration("a calibration is a JSON object")
        return cls.from_json(held)
