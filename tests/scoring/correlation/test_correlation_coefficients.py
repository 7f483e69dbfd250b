"""Correlations against SciPy, and their shortcuts against doing it the long way."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from annotate.agreement.bootstrap import draws
from scoring.correlation.coefficients import Coefficient, correlation, resampled
from scoring.correlation.concordance import smaller_before, tau_b, tau_b_interval
from scoring.correlation.pairs import Pairs
from scoring.correlation.table import workbench_table
from tests.scoring.correlation.worlds import world

SCIPYS = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}
COLUMNS = st.integers(3, 25).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 6).map(float), min_size=n, max_size=n)] * 2)
)


@settings(deadline=None)  # the machine may be busy
@given(COLUMNS, st.sampled_from(["pearson", "spearman", "kendall"]))
def test_any_columns_as_scipy_has_them(columns: tuple[list[float], list[float]], coefficient: Coefficient) -> None:
    x, y = columns
    found = correlation(Pairs.of(x, y, list(range(len(x)))), coefficient, resamples=0)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found.value is None and "constant" in str(found.reason)
    else:
        assert found.value == pytest.approx(SCIPYS[coefficient](x, y)[0], abs=1e-9)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.integers(0, 9), max_size=40))
def test_smaller_before_by_looking(values: list[int]) -> None:
    levels = np.unique(np.array(values, dtype=np.int64), return_inverse=True)[1]
    assert smaller_before(levels).tolist() == [sum(values[j] < values[i] for j in range(i)) for i in range(len(values))]


@pytest.mark.parametrize("coefficient", ["pearson", "spearman"])
def test_each_resample_is_the_correlation_of_the_drawn_conversations(coefficient: Coefficient) -> None:
    pairs = world(conversations=9, turns=5)
    found = resampled(pairs, coefficient, resamples=30, seed=3)
    for often, value in zip(draws(9, 30, seed=3), found, strict=True):
        at = np.repeat(np.arange(len(pairs.x)), often[pairs.cluster].astype(int))
        assert value == pytest.approx(SCIPYS[coefficient](pairs.x[at], pairs.y[at])[0], abs=1e-6)


def test_kendalls_interval_is_that_of_leaving_out_each_conversation() -> None:
    pairs = world(conversations=8, turns=4)
    left_out = np.array([
        stats.kendalltau(pairs.x[pairs.cluster != c], pairs.y[pairs.cluster != c])[0] for c in range(8)
    ])  # fmt: skip
    error = np.sqrt(7 / 8 * np.sum((left_out - left_out.mean()) ** 2))
    half = stats.t.ppf(0.975, 7) * error
    assert tau_b_interval(pairs) == pytest.approx((tau_b(pairs) - half, tau_b(pairs) + half))


@pytest.mark.parametrize("coefficient", ["pearson", "spearman", "kendall"])
def test_the_interval_covers_the_truth(coefficient: Coefficient) -> None:
    truth = correlation(world(conversations=3000, seed=77), coefficient, resamples=0).value
    assert truth is not None
    covered = 0
    for seed in range(100):
        found = correlation(world(conversations=40, seed=seed), coefficient, resamples=200)
        assert found.low is not None and found.high is not None
        covered += found.low <= truth <= found.high
    assert covered >= 86


def test_levels_are_means_of_their_turns() -> None:
    pairs = Pairs.of([1, 2, 3, 5, 4, 9], [1, 3, 2, 2, 5, 4], list("aabbcc"))
    at = pairs.at("conversation")
    assert at.x.tolist() == [1.5, 4, 6.5] and at.y.tolist() == [2, 2, 4.5] and at.n_clusters == 3
    systems = pairs.at("system", list("uvuvww"))
    assert systems.x.tolist() == [2, 3.5, 6.5]
    with pytest.raises(ValueError, match="name of a system"):
        pairs.at("system")


def test_words_not_nan() -> None:
    assert "nothing was both" in str(correlation(Pairs.of([], [], [])).reason)
    assert "2 item" in str(correlation(Pairs.of([1, 2], [1, 2], [1, 2])).reason)
    assert "metric is constant (4" in str(correlation(Pairs.of([4, 4, 4], [1, 2, 3], [1, 2, 3])).reason)
    assert "human values are constant" in str(correlation(Pairs.of([1, 2, 3], [4, 4, 4], [1, 2, 3])).reason)
    few = correlation(Pairs.of([1, 2, 3], [1, 3, 2], [1, 1, 2]))
    assert few.value is not None and "three conversations" in str(few.interval_reason)
    with pytest.raises(ValueError, match="not finite"):
        Pairs.of([1, float("nan"), 2], [1, 2, 3], [1, 2, 3])


def test_the_table_says_what_it_left_out() -> None:
    pairs = world(conversations=12, turns=4)
    values = [None if at % 5 == 0 else float(x) for at, x in enumerate(pairs.x)]
    early = (pairs.cluster < 6).tolist()
    systems = [f"s{cluster % 4}" for cluster in pairs.cluster]
    lines = workbench_table(
        {"m": values}, pairs.y.tolist(), pairs.cluster.tolist(), systems=systems, slices={"early": early},
        levels=("turn", "conversation", "system"), resamples=50,
    )  # fmt: skip
    assert len(lines) == 2 * 3 * 3
    assert lines[0].missing == 10 and lines[0].estimate.n_items == 38
    kept = [at for at in range(48) if at % 5]
    assert lines[1].estimate.value == pytest.approx(stats.spearmanr(pairs.x[kept], pairs.y[kept])[0])
    assert {line.estimate.n_items for line in lines if line.level == "system"} == {4}


def test_fifty_thousand_turns_and_three_metrics_take_a_second_without_intervals() -> None:
    pairs = world(conversations=2000, turns=25, points=False)
    metrics = {str(place): (pairs.x + place).tolist() for place in range(3)}
    human, conversations = pairs.y.tolist(), pairs.cluster.tolist()
    started = time.process_time()
    workbench_table(metrics, human, conversations, resamples=0)
    assert time.process_time() - started < 2.5  # 1 s on an idle core; other tests may share it
