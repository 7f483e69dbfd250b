"""A world where the raw difference puts hard items first, and ours the model's errors."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from annotate.agreement.table import RatingTable
from annotate.rater_model import fit_rater_model
from scoring.differences import difference, first_divergence
from scoring.disagreement import beyond_the_ceiling, human_tails


def hard_and_wrong(seed: int, *, items: int = 600) -> tuple[RatingTable, np.ndarray, np.ndarray, np.ndarray]:
    """One item in five is hard (people split widely); on one easy item in twelve the model is wrong by 1.5 points."""
    g = np.random.default_rng(seed)
    worth = 3 + 0.7 * g.normal(size=items)
    hard = g.random(items) < 0.2
    bias = 0.3 * g.normal(size=10)
    rows = [
        (item // 6, item, int(rater), float(worth[item] + bias[rater] + g.normal() * (2.0 if hard[item] else 0.3)))
        for item in range(items)
        for rater in g.choice(10, 3, replace=False)
    ]
    wrong = ~hard & (g.random(items) < 1 / 12)
    predicted = worth + 0.25 * g.normal(size=items) + np.where(wrong, 1.5 * g.choice([-1, 1], size=items), 0)
    return RatingTable.of(rows), predicted, wrong, hard


@pytest.mark.parametrize("seed", range(4))
def test_model_errors_come_first_and_hard_items_do_not(seed: int) -> None:
    table, predicted, wrong, hard = hard_and_wrong(seed)
    found = beyond_the_ceiling(fit_rater_model(table), np.arange(len(predicted)), predicted)
    raw, ours = (average_precision_score(wrong, each) for each in (np.abs(found.raw), found.surprise))
    assert ours > 0.75 and ours > raw + 0.3
    first = 40
    by_raw = np.argsort(-np.abs(found.raw))[:first]
    by_ours = found.order()[:first]
    assert hard[by_raw].mean() > 0.4, "the raw queue is full of hard items, or this world shows nothing"
    assert wrong[by_ours].mean() > 0.7 and hard[by_ours].mean() < 0.15


def test_a_further_rater_stays_in_the_range_as_often_as_it_says() -> None:
    """The promise itself, on ratings the fit has not seen: one more rating an item, by raters of the pool."""
    g = np.random.default_rng(11)
    items, bias, noise = 800, 0.4 * g.normal(size=15), g.uniform(0.3, 0.9, size=15)
    rows, held = [], np.empty(items)
    for item in range(items):
        worth = 3 + 0.8 * g.normal()
        *chosen, last = g.choice(15, 4, replace=False)
        rows += [(item // 8, item, int(r), float(worth + bias[r] + noise[r] * g.normal())) for r in chosen]
        held[item] = worth + bias[last] + noise[last] * g.normal()
    fitted = fit_rater_model(RatingTable.of(rows))
    found = beyond_the_ceiling(fitted, np.arange(items), held)
    assert np.mean((found.low <= held) & (held <= found.high)) == pytest.approx(0.95, abs=0.025)
    assert np.mean(found.tail < 0.2) == pytest.approx(0.2, abs=0.05)
    assert np.mean(human_tails(fitted) < 0.2) == pytest.approx(0.2, abs=0.05)
    assert np.mean(found.as_far < 0.1) == pytest.approx(0.1, abs=0.04), "people are at their own ceiling"


def test_a_sentence_for_each() -> None:
    table, predicted, wrong, _ = hard_and_wrong(0)
    found = beyond_the_ceiling(fit_rater_model(table), np.arange(len(predicted)), predicted)
    worst, least = found.order()[0], found.order()[-1]
    assert wrong[worst] and "what another person would say" in found.words(worst)
    assert "is within" in found.words(least)
    far = beyond_the_ceiling(fit_rater_model(table), np.array([0]), np.array([1e12]))
    assert np.isfinite(far.surprise).all() and "none of people's own" in far.words(0)
    with pytest.raises(ValueError, match="finite"):
        beyond_the_ceiling(fit_rater_model(table), np.array([0]), np.array([np.nan]))


def test_the_plain_difference() -> None:
    found = difference(4.5, [2, 3, 2], lowest=1, highest=5)
    assert found.difference == pytest.approx(4.5 - 7 / 3) and found.relative == pytest.approx(found.difference / 4)
    assert found.outside is True and found.low is not None and found.low >= 1
    alone = difference(4.5, [2], lowest=1, highest=5)
    assert alone.outside is None and alone.low is None
    near = difference(2.4, [2, 3, 2], lowest=1, highest=5)
    assert near.outside is False
    assert first_divergence({3: found, 1: near, 2: alone}) == 2
    assert first_divergence({1: near}) is None
    with pytest.raises(ValueError, match="needs a rating"):
        difference(1, [], lowest=1, highest=5)
