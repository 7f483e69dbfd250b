"""The rater model on worlds whose raters are known, and against statsmodels' mixed model."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from annotate.agreement.icc import icc
from annotate.agreement.table import RatingTable
from annotate.rater_model import RaterModel, TooFewRatings, fit_rater_model


@dataclass
class World:
    table: RatingTable
    truth: np.ndarray
    bias: np.ndarray
    scale: np.ndarray
    noise: np.ndarray


def world(
    *, items: int = 800, raters: int = 12, overlap: int = 4, kappa: float = 0.15, seed: int = 1, hard_share: float = 0.0
) -> World:
    """Raters in the table's order; `truth` is what the whole pool would say. A hard item has three times the noise."""
    g = np.random.default_rng(seed)
    t, b = g.normal(size=items) * 0.8, g.normal(size=raters) * 0.4
    s, noise = 1 + g.normal(size=raters) * kappa, g.uniform(0.3, 0.9, size=raters)
    hard = np.where(g.random(items) < hard_share, 3.0, 1.0)
    rows = []
    for item in range(items):
        for rater in g.choice(raters, overlap, replace=False):
            value = 3 + b[rater] + s[rater] * t[item] + g.normal() * noise[rater] * hard[item]
            rows.append((item // 8, item, int(rater), float(value)))
    table = RatingTable.of(rows)
    order = list(table.rater_names)
    return World(table, 3 + b.mean() + s.mean() * t, b[order] - b.mean(), s[order] / s.mean(), noise[order])


@pytest.fixture(scope="module")
def known() -> tuple[World, RaterModel]:
    made = world()
    return made, fit_rater_model(made.table)


def test_it_finds_each_raters_bias_scale_and_noise(known: tuple[World, RaterModel]) -> None:
    made, found = known
    assert found.converged
    assert np.abs(found.bias - made.bias).max() < 0.15
    assert np.abs(found.scale - made.scale).max() < 0.15
    assert np.abs(found.noise - made.noise).max() < 0.12
    assert found.item_sd == pytest.approx(0.8, abs=0.06) and found.tail > 30
    covered = [
        low <= truth <= high
        for (low, high), truth in zip((each.bias_interval for each in found.raters), made.bias, strict=True)
    ]
    assert sum(covered) >= 9


def test_the_true_values_are_nearer_than_plain_means_and_inside_their_intervals(
    known: tuple[World, RaterModel],
) -> None:
    made, found = known
    table = made.table
    means = np.bincount(table.item, weights=table.numbers) / table.per_item
    assert np.mean((found.truth - made.truth) ** 2) < 0.6 * np.mean((means - made.truth) ** 2)
    low, high = found.truth_interval()
    assert 0.92 < np.mean((low <= made.truth) & (made.truth <= high)) < 0.98


def test_items_that_split_people_have_wider_intervals_and_are_noticed() -> None:
    made = world(hard_share=0.15, seed=3)
    found = fit_rater_model(made.table)
    g = np.random.default_rng(3)
    g.normal(size=800), g.normal(size=12), g.normal(size=12), g.uniform(size=12)
    hard = g.random(800) < 0.15
    assert found.tail < 12, "a world with hard items has heavy tails"
    assert np.median(found.clarity[hard]) < 0.6 * np.median(found.clarity[~hard])
    low, high = found.truth_interval()
    assert np.mean((low <= made.truth) & (made.truth <= high)) > 0.9


def test_without_differences_of_scale_it_is_the_mixed_model_of_statsmodels() -> None:
    made = world(items=120, raters=15, overlap=6, kappa=0.0, seed=5)
    table = made.table
    frame = pd.DataFrame({"y": table.numbers, "item": table.item, "rater": table.rater, "all": 1})
    parts = {"item": "0 + C(item)", "rater": "0 + C(rater)"}
    reference = smf.mixedlm("y ~ 1", frame, groups="all", vc_formula=parts, re_formula="0").fit(reml=False)
    item_var, rater_var = (reference.vcomp[reference.model.exog_vc.names.index(name)] for name in ("item", "rater"))
    found = fit_rater_model(table)
    assert found.item_sd == pytest.approx(item_var**0.5, rel=0.08)
    assert found.bias_sd == pytest.approx(rater_var**0.5, rel=0.15)
    biases = reference.random_effects[1]
    theirs = np.array([biases[f"rater[C(rater)[{rater}]]"] for rater in range(15)])
    assert np.abs((theirs - theirs.mean()) - found.bias).max() < 0.1
    share = item_var / (item_var + rater_var + reference.scale)
    assert found.reliability == pytest.approx(share, abs=0.05)


def test_roles_that_many_people_fill_come_out_alike() -> None:
    g = np.random.default_rng(8)
    rows = [
        (item, item, rater, float(np.clip(round(3 + worth + g.normal() * 0.7), 1, 5)))
        for item, worth in enumerate(g.normal(size=400))
        for rater in range(3)
    ]
    found = fit_rater_model(RatingTable.of(rows))
    assert np.abs(found.bias).max() < 0.1 and np.abs(found.scale - 1).max() < 0.1


def test_ratings_that_are_nearly_all_3_do_not_look_free_of_noise() -> None:
    """As in public satisfaction ratings: most items unanimous by rounding. Once, those items took over the fit."""
    g = np.random.default_rng(9)
    off = np.where(g.random(1500) < 0.7, 0.03, 0.4)
    rows = [(item // 8, item, rater, 3.0 - (g.random() < off[item])) for item in range(1500) for rater in range(3)]
    table = RatingTable.of(rows)
    found = fit_rater_model(table)
    share = icc(table, "1", resamples=0).value
    assert share is not None and 0.1 < share < 0.4
    assert found.reliability == pytest.approx(share, abs=0.04)
    assert np.ptp(found.clarity) < 1


def test_too_few_ratings_in_words() -> None:
    with pytest.raises(TooFewRatings, match="No item has two"):
        fit_rater_model(RatingTable.of([(1, 1, "a", 2.0), (1, 2, "b", 3.0)]))
    with pytest.raises(TooFewRatings, match="Every rating is 2"):
        fit_rater_model(RatingTable.of([(1, 1, "a", 2.0), (1, 1, "b", 2.0)]))
    tiny = fit_rater_model(RatingTable.of([(1, 1, "a", 2.0), (1, 1, "b", 3.0)]))
    assert np.isfinite(tiny.truth).all() and np.isfinite(tiny.worth_error).all()


def test_fifty_thousand_ratings_take_seconds() -> None:
    made = world(items=12500, raters=40)
    started = time.process_time()
    assert fit_rater_model(made.table).converged
    assert time.process_time() - started < 8
