"""The gate: every protected slice, by the lower bound, in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.estimates import Estimate
from scoring.promotion import decide


def at(value: float, half: float = 0.02) -> Estimate:
    return Estimate(value, low=value - half, high=value + half, n_items=100)


def test_better_everywhere_is_promoted() -> None:
    found = decide({"A": at(0.6), "B": at(0.5)}, {"A": at(0.55), "B": at(0.45)}, protected=("A", "B"))
    assert found.promoted and found.words.startswith("Promoted: on all 2")
    assert "0.600 [0.580, 0.620], n = 100: lower bound above the current 0.550" in found.slices[0].words
    assert found.json()["slices"][1]["slice"] == "B"


def test_one_slice_not_better_enough_keeps_the_current() -> None:
    found = decide({"A": at(0.9), "B": at(0.46)}, {"A": at(0.5), "B": at(0.45)}, protected=("A", "B"))
    assert not found.promoted and "on B it does not hold" in found.words
    assert [each.passed for each in found.slices] == [True, False]


def test_what_is_not_known_does_not_pass() -> None:
    now = {"A": at(0.1)}
    for candidate in ({}, {"A": Estimate(None, "constant")}, {"A": Estimate(0.9, interval_reason="one conversation")}):
        assert not decide(candidate, now, protected=("A",)).promoted
    assert "nothing to beat" in decide({"B": at(0.9)}, now, protected=("B",)).slices[0].words


def test_the_first_checkpoint_has_to_beat_nothing_but_zero() -> None:
    assert decide({"A": at(0.1)}, None, protected=("A",)).promoted
    assert not decide({"A": at(0.01)}, None, protected=("A",)).promoted


def test_paired_differences_and_margins() -> None:
    assert decide({"A": at(0.05)}, None, protected=("A",), rule="paired").promoted
    assert not decide({"A": at(0.05)}, None, protected=("A",), rule="paired", margin=0.04).promoted
    with pytest.raises(ValueError, match="at least one protected slice"):
        decide({}, None, protected=())
    with pytest.raises(LookupError, match="Known: bound, paired"):
        decide({}, None, protected=("A",), rule="mean")  # type: ignore[arg-type]


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(st.sampled_from("ABC"), st.floats(-1, 1), min_size=3), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_worse_candidate_never_gains_by_it(values: dict[str, float], less: float, half: float) -> None:
    now = {name: at(0.2) for name in "ABC"}
    worse = decide({name: at(value - less, half) for name, value in values.items()}, now, protected=tuple("ABC"))
    better = decide({name: at(value, half) for name, value in values.items()}, now, protected=tuple("ABC"))
    assert better.promoted or not worse.promoted
