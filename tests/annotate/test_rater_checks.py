"""Flags go up for what they name and stay down for honest raters."""

from __future__ import annotations

import random

import pytest

from annotate.rater_checks import Given, check_rater


def honest(n: int = 120, seed: int = 1) -> tuple[list[Given], dict[int, list[float]]]:
    chance = random.Random(seed)
    worth = {item: chance.gauss(3, 1) for item in range(n)}

    def say(item: int) -> float:
        return float(min(5, max(1, round(worth[item] + chance.gauss(0, 0.5)))))

    given = [Given(item, say(item), seconds=chance.uniform(5, 15), expected=worth[item]) for item in range(n)]
    return given, {item: [say(item), say(item)] for item in range(n)}


def test_an_honest_rater_has_no_flag() -> None:
    given, others = honest()
    found = check_rater(given, others=others, pool_seconds=10)
    assert found.flags == () and found.quick_share == 0 and found.median_seconds is not None
    assert found.drift is not None and found.drift_low is not None and found.drift_high is not None
    assert found.drift_low < 0 < found.drift_high


def test_a_straight_liner_is_told_from_a_run_of_items_that_are_alike() -> None:
    given, others = honest()
    lazy = [Given(each.item, 4.0) for each in given]
    found = check_rater(lazy, others=others)
    assert found.longest_run == 120 and found.repeat_share == 1
    assert len(found.flags) == 1 and "repeat the one before" in found.flags[0]
    alike = check_rater(lazy, others={item: [4.0, 4.0] for item in others})
    assert alike.flags == () and alike.repeat_share_of_others == 1


def test_pace_and_drift_are_seen() -> None:
    given, others = honest()
    quick = [Given(each.item, each.value, seconds=2, expected=each.expected) for each in given]
    assert "less than a third of the usual 10 s" in check_rater(quick, pool_seconds=10).flags[0]
    drifting = [Given(each.item, float(each.value) + at / 100, expected=each.expected) for at, each in enumerate(given)]
    found = check_rater(drifting, others=others)
    assert found.drift == pytest.approx(1.0, abs=0.3)
    assert "points higher every 100 ratings" in found.flags[-1]


def test_gold_is_judged_by_its_upper_bound() -> None:
    def gold(right: int, of: int) -> list[bool]:
        return [at < right for at in range(of)]

    assert check_rater([], gold=gold(1, 3)).flags == (), "three items say little"
    bad = check_rater([], gold=gold(6, 20))
    assert (bad.gold_right, bad.gold_seen) == (6, 20) and "6 of 20 gold answers" in bad.flags[0]


def test_nothing_given() -> None:
    found = check_rater([])
    assert (found.n_ratings, found.longest_run, found.repeat_share, found.drift, found.gold_low) == (
        0,
        0,
        None,
        None,
        None,
    )
    with pytest.raises(TypeError, match="labels"):
        check_rater([Given(1, "x", expected=1.0)] * 12)
