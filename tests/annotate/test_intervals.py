"""Small intervals against SciPy and published values."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from annotate.estimates import Estimate
from annotate.intervals import mean_interval, student_quantile, wilson


@settings(deadline=None)  # the machine may be busy
@given(st.floats(0.001, 0.999), st.integers(1, 200))
def test_the_quantile_is_scipys(chance: float, degrees: int) -> None:
    assert student_quantile(chance, degrees) == pytest.approx(stats.t.ppf(chance, degrees), rel=1e-6, abs=1e-8)


@settings(deadline=None)  # the machine may be busy
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(counts: tuple[int, int]) -> None:
    expected = stats.binomtest(*counts).proportion_ci(method="wilson")
    assert wilson(*counts) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_mean_of_three_raters() -> None:
    expected = stats.t.interval(0.95, 2, loc=3, scale=1 / 3**0.5)
    assert mean_interval([2, 3, 4]) == pytest.approx(expected)
    assert mean_interval([2, 3, 4], low=1, high=5) == (1, 5), "an interval stays on the scale"
    assert mean_interval([3]) is None


def test_an_estimate_is_never_nan_and_never_silent() -> None:
    for wrong in ({"value": float("nan")}, {"value": None}, {"value": 1.0, "reason": "?"}, {"value": 1.0, "low": 0.0}):
        with pytest.raises(ValueError):
            Estimate(**wrong)  # type: ignore[arg-type]
