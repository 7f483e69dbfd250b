"""Detectors and calibration against scikit-learn; the human ceiling against worlds whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from annotate.agreement.bootstrap import draws
from annotate.agreement.table import RatingTable
from scoring.correlation.calibration import calibration_curve, calibration_error
from scoring.correlation.ceiling import human_ceiling, noise_free_bound, one_against_rest, split_half
from scoring.correlation.classes import average_precision, best_threshold, f1, roc_auc
from scoring.correlation.pairs import Pairs
from tests.scoring.correlation.worlds import world

ITEMS = st.lists(st.tuples(st.integers(0, 5).map(float), st.integers(0, 1)), min_size=1, max_size=25)


@settings(deadline=None)  # the machine may be busy
@given(ITEMS)
def test_as_scikit_learn_has_them(items: list[tuple[float, int]]) -> None:
    x, y = zip(*items, strict=True)
    pairs = Pairs.of(x, y, list(range(len(x))))
    if len(set(y)) == 1:
        assert "nothing to tell apart" in str(roc_auc(pairs).reason) and best_threshold(pairs) is None
        return
    assert roc_auc(pairs, resamples=0).value == pytest.approx(roc_auc_score(y, x))
    assert average_precision(pairs, resamples=0).value == pytest.approx(average_precision_score(y, x), abs=1e-6)
    assert f1(pairs, 3.0, resamples=0).value == pytest.approx(f1_score(y, np.array(x) >= 3))
    best = best_threshold(pairs)
    assert best is not None
    assert f1_score(y, np.array(x) >= best) == pytest.approx(max(f1_score(y, np.array(x) >= each) for each in set(x)))


def test_the_intervals_are_of_resampled_conversations() -> None:
    base = world(conversations=15, turns=6)
    pairs = Pairs(base.x, (base.y >= 4).astype(float), base.cluster, base.n_clusters)
    often = draws(15, 60, seed=7)[:, pairs.cluster].astype(int)
    for ours, theirs in ((roc_auc, roc_auc_score), (average_precision, average_precision_score)):
        again = [theirs(np.repeat(pairs.y, row), np.repeat(pairs.x, row)) for row in often]
        found = ours(pairs, resamples=60, seed=7)
        assert (found.low, found.high) == pytest.approx(tuple(np.quantile(again, [0.025, 0.975])), abs=1e-5)


def test_a_calibrated_metric_has_a_small_error_and_a_shifted_one_its_shift() -> None:
    chance = np.random.default_rng(3)
    truth = chance.uniform(1, 5, size=4000)
    human = truth + chance.normal(size=4000)
    clusters = (np.arange(4000) // 8).tolist()
    good, shifted = Pairs.of(truth, human, clusters), Pairs.of(truth + 0.5, human, clusters)
    assert (calibration_error(good).value or 1) < 0.06
    assert calibration_error(shifted).value == pytest.approx(0.5, abs=0.03)
    curve = calibration_curve(shifted)
    assert len(curve) == 10 and sum(each.n for each in curve) == 4000
    inside = [
        each.human_low <= each.metric - 0.5 <= each.human_high
        for each in curve
        if each.human_low is not None and each.human_high is not None
    ]
    assert sum(inside) >= 8
    two = calibration_curve(Pairs.of([1.0, 1.0, 2.0, 2.0], [1, 2, 3, 4], [1, 2, 3, 4]))
    assert [(each.low, each.n, each.human) for each in two] == [(1, 2, 1.5), (2, 2, 3.5)]


def raters(*, items: int = 3000, count: int = 4, noise: float = 1.0, seed: int = 4) -> RatingTable:
    chance = np.random.default_rng(seed)
    truth = chance.normal(size=items)
    rows = [
        (item // 6, item, rater, float(truth[item] + chance.normal() * noise))
        for item in range(items)
        for rater in range(count)
    ]
    return RatingTable.of(rows)


def test_split_half_and_bound_of_a_world_with_known_noise() -> None:
    """True variance 1, noise 1 a rater: halves of two share 1 of 1.5; four raters together 1 of 1.25."""
    table = raters()
    assert split_half(table, "pearson", splits=10).value == pytest.approx(1 / 1.5, abs=0.02)
    whole = split_half(table, "pearson", splits=10, stepped_up=True)
    assert whole.value == pytest.approx(0.8, abs=0.02)
    assert whole.low is not None and whole.high is not None and whole.low < 0.8 < whole.high
    assert noise_free_bound(table, splits=10).value == pytest.approx(0.8**0.5, abs=0.01)
    # One rater (variance 2) against the mean of three (1 + 1/3), sharing 1.
    assert human_ceiling(table, "pearson", resamples=0).value == pytest.approx(1 / (2 * 4 / 3) ** 0.5, abs=0.02)


def test_one_against_rest_by_hand() -> None:
    table = RatingTable.of([(1, 1, "a", 1.0), (1, 1, "b", 3.0), (1, 1, "c", 5.0), (2, 2, "a", 4.0)])
    found = one_against_rest(table)
    assert sorted(zip(found.x.tolist(), found.y.tolist(), strict=True)) == [(1, 4), (3, 3), (5, 2)]
    assert human_ceiling(table, "spearman", resamples=0).value == pytest.approx(
        stats.spearmanr([1, 3, 5], [4, 3, 2])[0]
    )


def test_words() -> None:
    alone = RatingTable.of([(1, 1, "a", 1.0), (2, 2, "a", 4.0)])
    assert "nothing to split" in str(split_half(alone).reason)
    assert "nothing was both" in str(human_ceiling(alone).reason)
    assert "nothing to split" in str(noise_free_bound(alone).reason)
    same = RatingTable.of([(item, item, rater, 2.0) for item in range(4) for rater in "ab"])
    assert "one half is constant" in str(split_half(same).reason)
