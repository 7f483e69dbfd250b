"""Fitting a calibration: the known least-squares answer, honest errors, whole groups left out."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.calibration import Calibration
from scoring.metrics.calibration.fit import fit_calibration, folds_of
from scoring.metrics.calibration.isotonic import isotonic

points = st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 5)), min_size=2, max_size=20)


def fit(raw: list[float], human: list[float], groups: list | None = None, **rest: object) -> Calibration:
    given: dict = {"signature": "m|v:1", "dimension": "interaction_quality", "scale": (1.0, 5.0), **rest}
    return fit_calibration(raw, human, groups or list(range(len(raw))), **given)


def obvious(raw: list[int], human: list[int]) -> dict[int, float]:
    """Isotonic regression by its min-max formula: at x the max over a <= x of the min over b >= x of mean of [a, b]."""
    places = sorted(set(raw))

    def mean(a: int, b: int) -> float:
        inside = [h for r, h in zip(raw, human, strict=True) if a <= r <= b]
        return sum(inside) / len(inside)

    return {x: max(min(mean(a, b) for b in places if b >= x) for a in places if a <= x) for x in places}


@given(points)
def test_it_is_the_least_squares_answer(pairs: list[tuple[int, int]]) -> None:
    raw, human = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    calibration = fit([float(x) for x in raw], [float(y) for y in human])
    for x, expected in obvious(raw, human).items():
        assert calibration.apply(x) == pytest.approx(expected)


@given(points, st.booleans())
def test_it_is_that_of_scikit_learn(pairs: list[tuple[int, int]], rising: bool) -> None:
    sklearn = pytest.importorskip("sklearn.isotonic")
    raw, human = [float(x) for x, _ in pairs], [float(y) for _, y in pairs]
    theirs = sklearn.IsotonicRegression(y_min=2, y_max=4, increasing=rising, out_of_bounds="clip").fit(raw, human)
    ours = fit(raw, human, rising=rising, scale=(2.0, 4.0))
    places = [place / 2 for place in range(-14, 15)]
    assert [ours.apply(place) for place in places] == pytest.approx(theirs.predict(places).tolist())


@given(st.lists(st.integers(0, 9), min_size=2), st.integers(2, 5))
def test_folds_hold_whole_groups_and_are_even(groups: list[int], folds: int) -> None:
    found = folds_of(groups, folds)
    assert len(dict.fromkeys(zip(groups, found, strict=True))) == len(set(groups))
    largest = max(groups.count(group) for group in groups)
    held = [found.count(fold) for fold in range(folds)]
    assert max(held) - min(held) <= largest


def test_ten_thousand_points_take_no_time() -> None:
    chance = random.Random(6)
    raw = [chance.random() for _ in range(10_000)]
    xs, _ = isotonic(raw, [value + chance.random() for value in raw], scale=(0, 2))
    assert 10 < len(xs) < 2000


@given(points)
def test_falling_is_rising_upside_down(pairs: list[tuple[int, int]]) -> None:
    raw, human = [float(x) for x, _ in pairs], [float(y) for _, y in pairs]
    down, up = fit(raw, human, rising=False), fit([-x for x in raw], human)
    assert all(down.apply(x) == pytest.approx(up.apply(-x)) for x in raw)


def test_errors_are_worse_out_of_fold_than_in_fold_on_noise() -> None:
    chance = random.Random(5)
    raw = [chance.random() for _ in range(200)]
    human = [float(chance.randint(1, 5)) for _ in raw]
    report = fit(raw, human, [index // 4 for index in range(200)]).report
    assert (report.ratings, report.groups, report.folds) == (200, 50, 5)
    assert report.in_fold_rmse < report.constant_rmse <= report.out_of_fold_rmse
    assert report.in_fold_mae < report.out_of_fold_mae


def test_a_good_metric_beats_the_constant() -> None:
    raw = [index / 10 for index in range(100)]
    report = fit(raw, [1 + 4 * value / 10 for value in raw]).report
    assert report.out_of_fold_rmse < 0.1 < report.constant_rmse


def test_a_group_is_never_on_both_sides() -> None:
    """Every group has its own raw place and rating: left out whole, it is predicted from its neighbours only."""
    raw = [float(group) for group in range(6) for _ in range(10)]
    human = [5.0 if group == 0 else 1.0 for group in range(6) for _ in range(10)]
    whole = fit(raw, human, [int(value) for value in raw], rising=False, folds=6).report
    split = fit(raw, human, rising=False, folds=6).report
    # Group 0 left out is told 1 instead of 5; group 1 left out lies between 5 and 1, and is told 3 instead of 1.
    assert whole.out_of_fold_mae == pytest.approx((4 + 2) / 6)
    assert split.out_of_fold_mae == pytest.approx(0)


@pytest.mark.parametrize(
    ("raw", "human", "groups", "says"),
    [
        ([1.0, 2.0], [1.0], [1, 2], "same length"),
        ([1.0, 2.0], [1.0, 2.0], [1, 1], "at least two groups"),
        ([1.0, float("nan")], [1.0, 2.0], [1, 2], "finite"),
    ],
)
def test_what_cannot_be_fitted_is_told(raw: list[float], human: list[float], groups: list[int], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fit(raw, human, groups)


def test_few_groups_give_few_folds_and_the_scale_is_kept() -> None:
    calibration = fit([1.0, 2.0, 3.0], [0.0, 3.0, 9.0], [1, 2, 3])
    assert calibration.report.folds == 3
    assert (min(calibration.human), max(calibration.human)) == (1.0, 5.0)
