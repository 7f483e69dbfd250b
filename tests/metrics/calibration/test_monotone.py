"""Applying a calibration: monotone, on the scale, and read back as it was written."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.calibration import BadCalibration, Calibration, Report

REPORT = Report(10, 5, 5, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
finite = st.floats(allow_nan=False, allow_infinity=False)


def made(raw: list[float], human: list[float], rising: bool = True) -> Calibration:
    return Calibration("m|v:1", "interaction_quality", tuple(raw), tuple(human), REPORT, rising)


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    raw = sorted(draw(st.sets(finite, min_size=1, max_size=8)))
    rising = draw(st.booleans())
    human = draw(st.lists(st.floats(1, 5), min_size=len(raw), max_size=len(raw)))
    return made(raw, sorted(human, reverse=not rising), rising)


@given(calibrations(), finite, finite)
def test_order_is_kept_and_the_scale_is_not_left(calibration: Calibration, one: float, other: float) -> None:
    low, high = sorted((one, other))
    mapped = calibration.apply(low), calibration.apply(high)
    assert mapped[0] <= mapped[1] if calibration.rising else mapped[0] >= mapped[1]
    assert all(min(calibration.human) <= value <= max(calibration.human) for value in mapped)


@given(calibrations())
def test_knots_are_met_and_json_brings_it_back(calibration: Calibration) -> None:
    assert [calibration.apply(knot) for knot in calibration.raw] == list(calibration.human)
    assert Calibration.loads(calibration.dumps()) == calibration


def test_between_and_beyond_the_knots() -> None:
    calibration = made([0, 1, 3], [1, 2, 5])
    assert [calibration.apply(value) for value in (-9, 0.5, 2, 3, 99, math.inf)] == [1, 1.5, 3.5, 5, 5, 5]
    with pytest.raises(ValueError, match="NaN"):
        calibration.apply(math.nan)


@pytest.mark.parametrize(
    ("raw", "human", "rising", "says"),
    [
        ([], [], True, "at least one"),
        ([1], [1, 2], True, "same number"),
        ([1, 1], [1, 2], True, "do not rise"),
        ([1, 2], [2, 1], True, "not rising"),
        ([1, 2], [1, 2], False, "not falling"),
        ([1, math.inf], [1, 2], True, "not a finite"),
    ],
)
def test_what_is_no_calibration_is_refused(raw: list[float], human: list[float], rising: bool, says: str) -> None:
    with pytest.raises(BadCalibration, match=says):
        made(raw, human, rising)


@pytest.mark.parametrize("spoil", ["raw", "report", "signature", "more"])
def test_a_spoilt_file_is_refused(spoil: str) -> None:
    held = made([0, 1], [1, 2]).to_json()
    if spoil == "more":
        held["more"] = 1
    else:
        del held[spoil]
    with pytest.raises(BadCalibration):
        Calibration.loads(json.dumps(held))
    for text in ("{", "[]"):
        with pytest.raises(BadCalibration):
            Calibration.loads(text)
