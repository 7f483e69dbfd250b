"""Figures against second implementations, and on worlds whose answer is known."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.iq import agreement
from scoring.metrics.iq.intervals import Interval, coverage, fit_interval, spreads_of
from scoring.metrics.iq.results.figures import differences, figures, human_ceiling
from scoring.metrics.iq.results.predictions import Judged, join, read_predictions, write_predictions
from tests.metrics.iq.test_corpora import conversation

pairs = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=3, max_size=40)


@given(pairs)
def test_correlations_are_those_of_scipy(drawn: list[tuple[int, int]]) -> None:
    stats = pytest.importorskip("scipy.stats")
    a, b = (np.array(side, dtype=float) for side in zip(*drawn, strict=True))
    if len(set(a)) > 1 and len(set(b)) > 1:
        assert agreement.spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-9)
        assert agreement.pearson(a, b) == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-9)


@given(st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=2, max_size=40))
def test_ranking_figures_are_those_of_scikit_learn(drawn: list[tuple[int, bool]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    score, truth = (np.array(side) for side in zip(*drawn, strict=True))
    if truth.any() and not truth.all():
        assert agreement.roc_auc(score, truth) == pytest.approx(metrics.roc_auc_score(truth, score))
        assert agreement.average_precision(score, truth) == pytest.approx(metrics.average_precision_score(truth, score))
        threshold = agreement.best_threshold(score, truth)
        best = agreement.f1(score >= threshold, truth)
        assert best == pytest.approx(metrics.f1_score(truth, score >= threshold))
        assert best == pytest.approx(max(agreement.f1(score >= cut, truth) for cut in range(-5, 6)))


def test_a_constant_has_no_correlation() -> None:
    assert np.isnan(agreement.spearman([1, 1, 1], [1, 2, 3]))
    assert np.isnan(agreement.roc_auc([1, 2], [True, True]))


def test_calibration_error_of_honest_and_of_boasting_probabilities() -> None:
    said = np.repeat([0.0, 1.0], 50)
    assert agreement.calibration_error(said, said == 1) == 0
    assert agreement.calibration_error(said, said == 0) == 1


def test_the_interval_covers_what_it_says_on_new_draws() -> None:
    draw = np.random.default_rng(1)
    spread = draw.uniform(0.1, 1.0, 4000)
    ratings = 3 + draw.normal(0, 1, 4000) * spread
    held = fit_interval([3.0] * 2000, spread[:2000].tolist(), ratings[:2000].tolist())
    bounds = [(3 + held.low * (held.floor + s), 3 + held.high * (held.floor + s)) for s in spread[2000:]]
    assert 0.76 < coverage(bounds, ratings[2000:].tolist()) < 0.84
    with pytest.raises(ValueError, match="at least 20"):
        fit_interval([3.0], [0.1], [3.0])


def test_an_interval_stays_on_the_scale_and_around_its_value() -> None:
    assert Interval(-3.0, 3.0).bounds(4.9, 1.0) == (pytest.approx(1.3), 5.0)
    assert Interval(0.5, 1.0).bounds(3.0, 1.0)[0] == 3.0
    assert spreads_of(np.array([[0.5, 0, 0, 0, 0.5], [0, 0, 1, 0, 0]])).tolist() == [2.0, 0.0]


def judged(count: int, noise: float, domain: str = "a") -> list[Judged]:
    draw = random.Random(3)
    made = []
    for number in range(count):
        rating = draw.choice([1.0, 2.0, 3.0, 4.0, 5.0])
        value = rating + draw.gauss(0, noise)
        votes = (rating, rating, 6 - rating)
        made.append(Judged(f"d{number // 5}", domain, rating, votes, value, None, value - 9, value + 9))
    return made


def test_a_perfect_row_is_perfect_and_a_random_one_is_not() -> None:
    perfect = figures(judged(100, 0.0), replicates=50)["macro"]
    assert perfect["spearman"].value == perfect["auc"].value == perfect["coverage"].value == 1
    random_row = figures(judged(100, 1000.0), replicates=50)["macro"]
    assert random_row["spearman"].low < 0.2 < 0.9 < perfect["spearman"].low


def test_macro_is_the_mean_of_the_domains() -> None:
    found = figures([*judged(60, 0.5, "a"), *judged(60, 3.0, "b")], replicates=20)
    assert found["macro"]["auc"].value == pytest.approx((found["a"]["auc"].value + found["b"]["auc"].value) / 2)


def test_a_row_differs_from_itself_by_nothing_and_from_a_worse_one_surely() -> None:
    good, bad = judged(200, 0.5), judged(200, 20.0)
    same = differences([(good, -3.0)], [(good, -3.0)], replicates=30)
    assert all((one.value, one.low, one.high) == (0, 0, 0) for one in same.values())
    apart = differences([(good, -3.0)], [(bad, -3.0)], replicates=200)
    alone = [figures(rows, threshold=-3.0, replicates=200)["macro"] for rows in (good, bad)]
    for name in ("f1", "spearman"):
        assert apart[name].value == pytest.approx(alone[0][name].value - alone[1][name].value)
        assert 0 < apart[name].low < apart[name].value < apart[name].high


def test_seeds_are_averaged_before_rows_are_compared() -> None:
    good, bad = judged(100, 0.5), judged(100, 20.0)
    mixed = differences([(good, -3.0), (bad, -3.0)], [(bad, -3.0)], replicates=20)
    whole = differences([(good, -3.0)], [(bad, -3.0)], replicates=20)
    assert mixed["f1"].value == pytest.approx(whole["f1"].value / 2)


def test_the_ceiling_of_raters_who_disagree_is_negative() -> None:
    rows = [Judged(str(at), "a", 3, (vote, 6 - vote), 0, None, None, None) for at, vote in enumerate([1, 2, 4, 5] * 5)]
    assert human_ceiling(rows)["a"]["spearman"] < 0


def test_kept_predictions_come_back_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "kept" / "row.jsonl"
    write_predictions(file, [{"id": "c", "turns": [0, 2], "value": [3.0, 2.0], "defect": [0.1, 0.9]}])
    talk = conversation("c", ["hello", "yes", "no"], {0: (4.0, 5.0), 2: (1.0,)})
    rows = join([talk], read_predictions(file))
    assert [(row.rating, row.value, row.defect) for row in rows] == [(4.5, 3.0, 0.1), (1.0, 2.0, 0.9)]
    with pytest.raises(KeyError):
        join([conversation("c", ["hello", "yes"], {1: (4.0,)})], read_predictions(file))
