"""Alpha against the published example, the `krippendorff` package and plain loops."""

from __future__ import annotations

import time
from itertools import combinations, permutations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.agreement.alpha import krippendorff_alpha
from annotate.agreement.budget import more_ratings
from annotate.agreement.masi import masi_distance
from annotate.agreement.table import RatingTable
from tests.annotate.agreement.worlds import KRIPPENDORFF, by_rater, made_up


@pytest.mark.parametrize(("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorffs_own_example(scale: str, published: float) -> None:
    found = krippendorff_alpha(RatingTable.of(by_rater(KRIPPENDORFF)), scale)  # type: ignore[arg-type]
    assert found.value == pytest.approx(published, abs=0.0006)
    assert (found.n_items, found.n_ratings, found.n_raters) == (11, 40, 4), "a unit with one rating does not count"
    assert found.low is not None and found.high is not None and found.low < found.value < found.high


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(st.lists(st.sampled_from([1.0, 2.0, 3.0, 5.0, np.nan]), min_size=3, max_size=3), min_size=2, max_size=12),
    st.sampled_from(["nominal", "ordinal", "interval"]),
)
def test_any_ratings_as_the_package_has_them(columns: list[list[float]], scale: str) -> None:
    grid = np.array(columns).T
    pairable = [column for column in columns if np.sum(~np.isnan(column)) >= 2]
    found = krippendorff_alpha(RatingTable.of(by_rater(grid.tolist())), scale, resamples=0)  # type: ignore[arg-type]
    different = {value for column in pairable for value in column if value == value}
    if not pairable:
        assert (
            found.value is None and found.reason is not None and ("compare" in found.reason or "nobody" in found.reason)
        )
    elif len(different) == 1:
        assert found.value is None and found.reason is not None and found.reason.startswith("unanimous")
    else:
        expected = krippendorff.alpha(reliability_data=np.array(pairable).T, level_of_measurement=scale)
        assert found.value == pytest.approx(expected, abs=1e-9)


def test_sets_of_labels_against_the_definition_written_out() -> None:
    sets = [frozenset(each) for each in ("a", "ab", "b", "abc", "c", "")]
    answers = [(0, 1, 0), (2, 2, 1), (3, 1, 3), (4, 4, 4), (5, 0, 5), (2, 3, None)]
    rows = [
        (unit, unit, rater, sets[value])
        for unit, given_ in enumerate(answers)
        for rater, value in enumerate(given_)
        if value is not None
    ]
    found = krippendorff_alpha(RatingTable.of(rows), "masi", resamples=0)
    units = [[sets[value] for value in given_ if value is not None] for given_ in answers]
    pool = [value for unit in units for value in unit]
    observed = sum(sum(masi_distance(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    expected = sum(masi_distance(a, b) for a, b in permutations(pool, 2)) / (len(pool) - 1)
    assert found.value == pytest.approx(1 - observed / expected)


def test_masi_is_a_distance() -> None:
    every = [frozenset(part) for size in range(4) for part in combinations("abc", size)]
    for a, b in permutations(every, 2):
        assert 0 < masi_distance(a, b) == masi_distance(b, a) <= 1
    assert masi_distance(frozenset(), frozenset()) == 0


def test_undefined_cases_are_words() -> None:
    assert krippendorff_alpha(RatingTable.of([]), "nominal").reason == "nobody rated"
    alone = RatingTable.of([(1, 1, "a", 4.0), (1, 2, "b", 3.0)])
    assert "no item has two ratings" in str(krippendorff_alpha(alone, "interval").reason)
    same = RatingTable.of([(1, 1, "a", 4.0), (1, 1, "b", 4.0)])
    for scale in ("nominal", "ordinal", "interval"):
        assert "every rating is 4" in str(krippendorff_alpha(same, scale).reason)  # type: ignore[arg-type]
    one = RatingTable.of([(1, item, rater, float((item + rater) % 3)) for item in range(5) for rater in range(2)])
    found = krippendorff_alpha(one, "nominal")
    assert found.value is not None and found.low is None and "one conversation" in str(found.interval_reason)


def test_what_is_no_rating_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        RatingTable.of([(1, 1, "a", 4.0), (1, 1, "a", 3.0)])
    with pytest.raises(ValueError, match="NaN"):
        RatingTable.of([(1, 1, "a", float("nan"))])
    with pytest.raises(ValueError, match="not on the scale"):
        RatingTable.of([(1, 1, "a", 6.0)], categories=[1.0, 2.0])
    with pytest.raises(TypeError, match="nominal"):
        krippendorff_alpha(RatingTable.of([(1, 1, "a", "x"), (1, 1, "b", "y")]), "interval")
    with pytest.raises(LookupError, match="Known"):
        krippendorff_alpha(RatingTable.of([]), "ratio")  # type: ignore[arg-type]


def test_the_interval_is_that_of_resampled_conversations() -> None:
    """The sums-times-draws shortcut against alpha computed anew on each resample."""
    table = made_up(conversations=12, turns=4, raters=3)
    chance = np.random.default_rng(7)
    again = []
    for row in chance.integers(12, size=(200, 12)):
        picked = [
            ((place, int(table.item[at])), int(table.item[at]), int(table.rater[at]), table.values[table.code[at]])
            for place, cluster in enumerate(row)
            for at in np.flatnonzero(table.cluster_of[table.item] == cluster)
        ]
        again.append(krippendorff_alpha(RatingTable.of(picked), "ordinal", resamples=0).value)
    found = krippendorff_alpha(table, "ordinal", resamples=200, seed=7)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(np.array(again, dtype=float), [0.025, 0.975])))


def test_the_interval_covers_the_truth_and_ignoring_conversations_does_not() -> None:
    truth = krippendorff_alpha(made_up(conversations=1500, turns=8, raters=2, seed=99), "interval", resamples=0).value
    covered = alone = 0
    for seed in range(120):
        table = made_up(conversations=30, turns=8, raters=2, seed=seed)
        found = krippendorff_alpha(table, "interval", resamples=300)
        rows = [
            (int(i), int(i), int(r), table.values[c])
            for i, r, c in zip(table.item, table.rater, table.code, strict=True)
        ]
        naive = krippendorff_alpha(RatingTable.of(rows), "interval", resamples=300)
        assert found.low is not None and found.high is not None and naive.low is not None and naive.high is not None
        covered += found.low <= truth <= found.high  # type: ignore[operator]
        alone += naive.low <= truth <= naive.high  # type: ignore[operator]
    assert covered >= 0.87 * 120 and covered > alone


def test_a_budget_is_kept_when_the_ratings_come_in() -> None:
    table = made_up(conversations=30, turns=6, raters=3)
    budget = more_ratings(table, "interval", 0.04)
    assert budget.conversations is not None and budget.ratings == budget.conversations * 18
    then = made_up(conversations=30 + budget.conversations, turns=6, raters=3, seed=2)
    found = krippendorff_alpha(then, "interval")
    assert found.high is not None and found.low is not None
    assert (found.high - found.low) / 2 == pytest.approx(0.04, rel=0.3)
    assert more_ratings(table, "interval", 0.5).ratings == 0
    assert "nobody" in str(more_ratings(RatingTable.of([]), "interval", 0.1).reason)
    assert "1000 times" in str(more_ratings(table, "interval", 0.0001).reason)


def test_fifty_thousand_ratings_with_a_thousand_resamples_take_seconds() -> None:
    table = made_up(conversations=1000, turns=17, raters=3)
    started = time.process_time()
    for scale in ("nominal", "ordinal", "interval"):
        krippendorff_alpha(table, scale, resamples=1000)  # type: ignore[arg-type]
    assert time.process_time() - started < 6
