"""Kappas and AC1 / AC2 against published tables, scikit-learn and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from annotate.agreement.kappa import agreement_weights, cohen_kappa, fleiss_kappa, gwet_ac, percent_agreement
from annotate.agreement.report import agreement_by_slice
from annotate.agreement.table import RatingTable
from tests.annotate.agreement.worlds import FLEISS, KRIPPENDORFF, by_counts, by_rater

PAIRS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=30)


def two(pairs: list[tuple[int, int]]) -> RatingTable:
    rows = [
        (at, at, rater, float(value)) for at, pair in enumerate(pairs) for rater, value in zip("ab", pair, strict=True)
    ]
    return RatingTable.of(rows, categories=[1.0, 2.0, 3.0, 4.0])


def test_fleiss_own_table() -> None:
    assert fleiss_kappa(RatingTable.of(by_counts(FLEISS))).value == pytest.approx(0.430, abs=0.0006)


def test_gwets_own_table() -> None:
    """cac.raw4raters of Gwet's irrCAC, which are Krippendorff's ratings, with the values that it prints."""
    table = RatingTable.of(by_rater(KRIPPENDORFF), categories=[1.0, 2.0, 3.0, 4.0, 5.0])
    assert gwet_ac(table).value == pytest.approx(0.77544, abs=1e-5)
    assert fleiss_kappa(table).value == pytest.approx(0.76117, abs=1e-5)
    assert percent_agreement(table).value == pytest.approx(0.81818, abs=1e-5)


def test_the_high_agreement_paradox() -> None:
    """118 + 5 + 2 + 0 of 125 (Gwet, 2008, after Feinstein and Cicchetti): kappa near 0, AC1 near the agreement."""
    pairs = [(1, 1)] * 118 + [(1, 2)] * 5 + [(2, 1)] * 2
    rows = [
        (at, at, rater, float(value)) for at, pair in enumerate(pairs) for rater, value in zip("ab", pair, strict=True)
    ]
    table = RatingTable.of(rows)
    assert percent_agreement(table).value == pytest.approx(0.944)
    assert cohen_kappa(table, "a", "b").value == pytest.approx(-0.0234, abs=1e-4)
    assert gwet_ac(table).value == pytest.approx(0.9408, abs=1e-4)


@settings(deadline=None)  # the machine may be busy
@given(PAIRS, st.sampled_from(["identity", "linear", "quadratic"]))
def test_cohen_is_scikit_learns(pairs: list[tuple[int, int]], weights: str) -> None:
    found = cohen_kappa(two(pairs), "a", "b", weights=weights, resamples=0)  # type: ignore[arg-type]
    if len({value for pair in pairs for value in pair}) == 1:
        assert found.value is None and "both gave" in str(found.reason)
        return
    first, second = zip(*pairs, strict=True)
    named = None if weights == "identity" else weights
    assert found.value == pytest.approx(cohen_kappa_score(first, second, labels=[1, 2, 3, 4], weights=named), abs=1e-9)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=2, max_size=20))
def test_fleiss_is_statsmodels(grid: list[list[int]]) -> None:
    rows = [(at, at, rater, float(value)) for at, row in enumerate(grid) for rater, value in enumerate(row)]
    found = fleiss_kappa(RatingTable.of(rows), resamples=0)
    if len({value for row in grid for value in row}) == 1:
        assert "unanimous" in str(found.reason)
    else:
        assert found.value == pytest.approx(statsmodels_fleiss(aggregate_raters(np.array(grid))[0]), abs=1e-9)


@settings(deadline=None)  # the machine may be busy
@given(PAIRS, st.sampled_from(["identity", "linear", "quadratic", "ordinal"]))
def test_ac_by_its_definition(pairs: list[tuple[int, int]], weights: str) -> None:
    weight = agreement_weights((1.0, 2.0, 3.0, 4.0), weights)  # type: ignore[arg-type]
    observed = np.mean([weight[a - 1, b - 1] for a, b in pairs])
    share = np.array([np.mean([(a == k) / 2 + (b == k) / 2 for a, b in pairs]) for k in range(1, 5)])
    expected = weight.sum() / (4 * 3) * np.sum(share * (1 - share))
    found = gwet_ac(two(pairs), weights=weights, resamples=0)  # type: ignore[arg-type]
    assert found.value == pytest.approx((observed - expected) / (1 - expected), abs=1e-9)


def test_weights_fall_with_distance() -> None:
    assert agreement_weights((1.0, 2.0, 3.0), "ordinal")[0].tolist() == pytest.approx([1, 2 / 3, 0])
    assert agreement_weights((1.0, 2.0, 5.0), "linear")[0].tolist() == [1, 0.75, 0]
    with pytest.raises(TypeError):
        agreement_weights(("a", "b"), "linear")
    with pytest.raises(LookupError):
        agreement_weights((1.0, 2.0), "best")  # type: ignore[arg-type]


def test_words_when_there_is_nothing_to_compare() -> None:
    table = RatingTable.of([(1, 1, "a", 1.0), (1, 2, "b", 2.0)])
    assert cohen_kappa(table, "a", "b").reason == "a and b rated no item in common"
    assert "nothing to compare" in str(gwet_ac(table).reason)
    with pytest.raises(LookupError, match="no rater 'c'"):
        cohen_kappa(table, "a", "c")


def test_a_report_for_each_slice() -> None:
    rows = by_rater(KRIPPENDORFF)
    found = agreement_by_slice(
        rows, {item: "early" if item < 6 else "late" for item in range(11)}, "number", resamples=50
    )
    assert list(found) == ["all", "early", "late"]
    assert found["all"]["alpha, ordinal"].value == pytest.approx(0.815, abs=0.001)
    assert found["early"]["alpha, ordinal"].n_items == 6
    labels = agreement_by_slice([(1, 1, "a", "x"), (1, 1, "b", "y")], {}, "label", resamples=0)
    assert labels["all"]["Gwet AC1"].value is not None
