"""One rater against the rest of a set with votes: by hand, and what has none."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from scoring.correlation.ceiling import human_ceiling
from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.evaluation.one_rater import ceiling_rows, of_each_rater, votes_table


def item(number: int, votes: tuple[float, ...]) -> GroundedItem:
    return GroundedItem(f"i{number}", f"g{number}", "source", "text", 0.0, votes)


def test_the_votes_of_a_place_are_one_raters() -> None:
    assert of_each_rater(item(0, (1, 0, 0, 1, 1, 0))) == [1.0, 0.5, 0.0]
    assert of_each_rater(item(0, ())) == []
    with pytest.raises(ValueError, match="i0 has 4 votes"):
        of_each_rater(item(0, (1, 0, 0, 1)))


def test_the_ceiling_is_a_plain_correlation() -> None:
    chance = np.random.default_rng(1)
    votes = chance.integers(0, 2, (30, 6)).astype(float)
    items = [item(number, tuple(each)) for number, each in enumerate(votes)]
    seen = np.array([[each[place::3].mean() for place in range(3)] for each in votes])
    rest = np.stack([np.delete(seen, place, 1).mean(1) for place in range(3)], 1)
    expected = pearsonr(seen.ravel(), rest.ravel()).statistic
    assert human_ceiling(votes_table(items), "pearson").value == pytest.approx(expected, abs=1e-9)


def test_a_set_without_votes_has_no_row() -> None:
    rows = ceiling_rows({"voted": [item(n, (n % 2, n % 2, n % 2)) for n in range(9)], "silent": [item(9, ())]})
    assert len(rows) == 3 and rows[2].startswith("| voted, those above | 9 | 1.00")
