"""Two metrics on the same items; what is left when something is held fixed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scoring.correlation.compare import difference, permutation_test, williams_t, williams_test
from scoring.correlation.pairs import Pairs
from scoring.correlation.partial import partial_correlation
from tests.scoring.correlation.worlds import world


def test_williams_published_example() -> None:
    """The documented example of psych's r.test (Steiger, case A): n = 103, .4 and .5, .1 between: t = -.89, p < .37."""
    t = williams_t(0.4, 0.5, 0.1, 103)
    assert t == pytest.approx(-0.89, abs=0.005)
    assert 2 * stats.t.sf(abs(t), 100) == pytest.approx(0.37, abs=0.006)


def noisy(pairs: Pairs, amount: float, seed: int) -> Pairs:
    return pairs.swapped(pairs.x + np.random.default_rng(seed).normal(size=len(pairs.x)) * amount)


def test_a_better_metric_is_found_and_by_how_much() -> None:
    good = world(conversations=60)
    bad = noisy(good, 3.0, 5)
    by = difference(good, bad, resamples=300)
    assert by.value is not None and by.low is not None and by.value > 0.1 and by.low > 0
    assert by.value == pytest.approx(stats.spearmanr(good.x, good.y)[0] - stats.spearmanr(bad.x, bad.y)[0])
    for coefficient in ("pearson", "spearman"):
        test = permutation_test(good, bad, coefficient, permutations=500)  # type: ignore[arg-type]
        assert test.chance is not None and test.chance < 0.02
    assert (williams_test(good, bad).chance or 1) < 0.01


def test_without_a_difference_small_chances_are_as_rare_as_they_say() -> None:
    """Two metrics with the same share of the conversation's mood: Williams, blind to it, cries wolf; we do not."""
    ours = williams = 0
    for seed in range(120):
        chance = np.random.default_rng(seed)
        cluster = np.repeat(np.arange(20), 12)
        mood = chance.normal(size=20)[cluster]
        human = mood + chance.normal(size=240)
        first, second = (
            Pairs.of(human + chance.normal(size=20)[cluster] * 1.5 + chance.normal(size=240), human, cluster.tolist())
            for _ in range(2)
        )
        ours += (permutation_test(first, second, "pearson", permutations=200).chance or 1) < 0.05
        williams += (williams_test(first, second).chance or 1) < 0.05
    assert ours <= 14  # 6 expected
    assert williams > 2 * ours, "if not, this world does not show why conversations are swapped whole"


def test_the_same_metric_twice_is_no_difference() -> None:
    pairs = world()
    assert permutation_test(pairs, pairs).chance == 1
    assert "same up to scale" in str(williams_test(pairs, pairs).reason)
    assert difference(pairs, pairs).value == 0
    with pytest.raises(ValueError, match="same items"):
        difference(pairs, world(seed=2))
    flat = pairs.swapped(np.ones(len(pairs.x)))
    assert "constant" in str(difference(pairs, flat).reason) and "constant" in str(permutation_test(flat, pairs).reason)


@pytest.mark.parametrize("coefficient", ["pearson", "spearman"])
def test_partial_is_the_correlation_of_what_regression_leaves(coefficient: str) -> None:
    pairs = world(conversations=40)
    length = pairs.x + pairs.y + np.random.default_rng(1).normal(size=len(pairs.x))
    found = partial_correlation(pairs, {"length": length}, coefficient, resamples=200)  # type: ignore[arg-type]
    x, y, z = (stats.rankdata(each) if coefficient == "spearman" else each for each in (pairs.x, pairs.y, length))
    design = np.column_stack([np.ones(len(z)), z])
    left = [each - design @ np.linalg.lstsq(design, each)[0] for each in (x, y)]
    assert found.value == pytest.approx(stats.pearsonr(*left)[0])
    assert found.low is not None and found.high is not None and found.low < found.value < found.high


def test_partial_in_words() -> None:
    pairs = world()
    assert "everything about one side" in str(partial_correlation(pairs, {"itself": pairs.x}).reason)
    constant = partial_correlation(pairs, {"constant": np.ones(len(pairs.x))}, resamples=0)
    assert constant.value == pytest.approx(stats.spearmanr(pairs.x, pairs.y)[0])
