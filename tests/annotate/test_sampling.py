"""The chances that a policy promises are those of its draws, and estimates stay unbiased."""

from __future__ import annotations

import math
import random
from collections import Counter
from statistics import fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.sampling import (
    draw,
    hajek_mean,
    horvitz_thompson_mean,
    inclusion_chances,
    metric_disagreement,
    plan_sample,
    rare_slice_weights,
)

WORLD = random.Random(5)
VALUES = {item: WORLD.gauss(3, 1) for item in range(60)}
# The policy looks where values are low: without weighting back, the mean would be far off.
UNSURE = {item: math.exp(-value) for item, value in VALUES.items() if item % 7}


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=40),
    st.floats(0.01, 1),
    st.data(),
)
def test_chances_sum_to_the_size_and_keep_the_random_share(
    weights: list[float], share: float, data: st.DataObject
) -> None:
    size = data.draw(st.integers(0, len(weights)))
    chance = inclusion_chances(range(len(weights)), dict(enumerate(weights)), size=size, random_share=share)
    assert math.fsum(chance.values()) == pytest.approx(size)
    floor = size * share / len(weights)
    assert all(floor * (1 - 1e-9) <= each <= 1 + 1e-9 for each in chance.values())
    assert len(draw(chance, seed=1)) == size


def test_the_draw_keeps_the_promised_chances() -> None:
    chance = inclusion_chances(range(12), {item: float(item) for item in range(12)}, size=4, random_share=0.3)
    drawn = Counter(item for seed in range(4000) for item in draw(chance, seed=seed))
    for item, promised in chance.items():
        error = math.sqrt(promised * (1 - promised) / 4000)
        assert abs(drawn[item] / 4000 - promised) < 4.5 * error + 1e-9


@pytest.mark.parametrize("policy", ["random", "uncertainty"])
def test_weighted_back_the_mean_is_unbiased(policy: str) -> None:
    truth = fmean(VALUES.values())
    exact, naive, ratio = [], [], []
    for seed in range(1500):
        plan = plan_sample(list(VALUES), policy, size=15, seed=seed, random_share=0.3, weights=UNSURE)
        seen = {item: VALUES[item] for item in plan.chosen}
        exact.append(horvitz_thompson_mean(seen, plan.chance, population=plan.population))
        ratio.append(hajek_mean(seen, plan.chance))
        naive.append(fmean(seen.values()))
    assert abs(fmean(exact) - truth) < 4 * stdev(exact) / math.sqrt(1500)
    assert abs(fmean(ratio) - truth) < 0.05
    if policy == "uncertainty":
        assert fmean(naive) < truth - 0.2, "the plain mean of the drawn is biased here, or the test shows nothing"


def test_rare_slices_come_up_as_often_as_common_ones() -> None:
    slices = {item: "rare" if item < 10 else "common" for item in range(100)}
    plan = plan_sample(
        list(slices), "rare_slices", size=10, seed=1, random_share=0.2, weights=rare_slice_weights(slices)
    )
    assert math.fsum(plan.chance[item] for item in range(10)) == pytest.approx(0.2 * 1 + 0.8 * 5)


def test_metrics_that_rank_alike_do_not_disagree() -> None:
    first = {item: float(item) for item in range(5)}
    assert metric_disagreement(first, {item: value * 100 - 3 for item, value in first.items()}) == dict.fromkeys(
        first, 0
    )
    turned = metric_disagreement(first, {item: -value for item, value in first.items()})
    assert turned[0] == turned[4] == 1 and turned[2] == 0


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(LookupError, match="Known: random"):
        plan_sample([1], "best", size=1, seed=1)
    for wrong in ({"random_share": 0.0}, {"size": 3}, {"weights": {1: -1.0}}):
        with pytest.raises(ValueError):
            plan_sample([1, 2], "uncertainty", **{"size": 1, "seed": 1, "weights": {1: 1.0}, **wrong})  # type: ignore[arg-type]


def test_the_description_has_what_a_release_prints() -> None:
    plan = plan_sample(list(range(10)), "random", size=5, seed=3)
    assert plan.describe()["smallest_chance"] == 0.5 and plan.describe()["population"] == 10
