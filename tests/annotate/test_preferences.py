"""Pairwise studies against SciPy, logistic regression and a published example."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from annotate.preferences import Preference, bradley_terry, by_context, holm, sign_test, win_rate

# Agresti (2013), table 11.10: wins of the row team over the column team, American League East, 1987.
TEAMS = ["Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"]
WINS = [
    [0, 7, 9, 7, 7, 9, 11], [6, 0, 7, 5, 11, 9, 9], [4, 6, 0, 7, 7, 8, 12], [6, 8, 6, 0, 6, 7, 10],
    [6, 2, 6, 7, 0, 7, 12], [4, 4, 5, 6, 6, 0, 6], [2, 4, 1, 3, 1, 7, 0],
]  # fmt: skip
# His fitted strengths, Baltimore at 0.
AGRESTI = [1.58, 1.44, 1.29, 1.25, 1.11, 0.68, 0.0]


def games() -> list[Preference]:
    played = []
    for a, row in enumerate(WINS):
        for b, won in enumerate(row):
            played += [Preference(len(played) + n, TEAMS[a], TEAMS[b], 1) for n in range(won)]
    return played


def test_agrestis_baseball() -> None:
    found = bradley_terry(games(), resamples=200)
    assert [found[team].value - found["Baltimore"].value for team in TEAMS] == pytest.approx(AGRESTI, abs=0.006)  # type: ignore[operator]
    assert next(iter(found)) == "Milwaukee" and sum(each.value or 0 for each in found.values()) == pytest.approx(0)
    first = found["Milwaukee"]
    assert first.low is not None and first.high is not None and first.value is not None
    assert first.low < first.value < first.high and first.n_ratings == 78


def test_it_is_the_logistic_regression() -> None:
    g = np.random.default_rng(2)
    truth = np.array([1.0, 0.2, -0.4, -0.8])
    played = []
    for n in range(600):
        a, b = g.choice(4, 2, replace=False)
        won = float(g.random() < 1 / (1 + np.exp(truth[b] - truth[a])))
        played.append(Preference(n // 3, f"s{a}", f"s{b}", won))
    design = np.zeros((600, 4))
    for n, each in enumerate(played):
        design[n, int(each.first[1])], design[n, int(each.second[1])] = 1, -1
    theirs = sm.Logit([each.outcome for each in played], design[:, :3]).fit(disp=0).params
    theirs = np.append(theirs, 0) - np.append(theirs, 0).mean()
    found = bradley_terry(played, resamples=200)
    assert [found[f"s{at}"].value for at in range(4)] == pytest.approx(theirs, abs=1e-4)
    assert sum(found[f"s{at}"].low <= truth[at] <= found[f"s{at}"].high for at in range(4)) >= 3  # type: ignore[operator]


@settings(deadline=None)  # the machine may be busy
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 3))
def test_the_sign_test_is_scipys(wins: int, losses: int, equals: int) -> None:
    played = [Preference(0, "a", "b", 1)] * wins + [Preference(0, "b", "a", 1)] * losses
    found = sign_test([*played, *[Preference(0, "a", "b", 0.5)] * equals], "a", "b")
    assert (found.wins, found.losses, found.equals) == (wins, losses, equals)
    if wins + losses:
        assert found.chance == pytest.approx(stats.binomtest(wins, wins + losses).pvalue)
    else:
        assert found.chance is None and found.reason == "no comparison was decided"


def test_win_rates_have_sides_equals_and_words() -> None:
    played = [Preference(1, "a", "b", 1), Preference(2, "b", "a", 0.5), Preference(3, "b", "a", 1)]
    assert win_rate(played, "a", "b").value == pytest.approx(0.5)
    assert win_rate(played, "b", "a").value == pytest.approx(0.5)
    assert "never compared" in str(win_rate(played, "a", "c").reason)
    clear = win_rate([Preference(n, "a", "b", 1) for n in range(10)], "a", "b")
    assert (clear.value, clear.high) == (1, 1) and clear.low == pytest.approx(0.7225, abs=1e-4)


def test_who_never_lost_has_no_strength() -> None:
    found = bradley_terry([Preference(1, "a", "b", 1), Preference(2, "a", "b", 1)])
    assert "without bound" in str(found["a"].reason)
    assert bradley_terry([]) == {}


def test_judges_of_one_context_are_one_vote() -> None:
    said = [
        Preference(1, "b", "a", 0), Preference(1, "a", "b", 1), Preference(1, "a", "b", 0),  # two of three for a
        Preference(2, "a", "b", 1), Preference(2, "b", "a", 1),  # one each
        Preference(3, "a", "b", 0.5), Preference(3, "b", "a", 1),
        Preference(3, "a", "c", 1),
    ]  # fmt: skip
    assert by_context(said) == [
        Preference(1, "a", "b", 1), Preference(2, "a", "b", 0.5), Preference(3, "a", "b", 0), Preference(3, "a", "c", 1)
    ]  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 1000).map(lambda thousandths: thousandths / 1000), max_size=8))
def test_holm_is_statsmodels(chances: list[float]) -> None:
    assert holm([None, *chances])[0] is None
    if chances:
        assert holm([None, *chances])[1:] == pytest.approx(multipletests(chances, method="holm")[1])


def test_contexts_that_were_all_judged_alike_show_no_false_certainty() -> None:
    said = [Preference(n, "a", "b", outcome) for n in range(8) for outcome in (1, 1, 0)]
    rate = win_rate(said, "a", "b")
    assert rate.low is not None and rate.high is not None and rate.value is not None
    assert rate.low < rate.value < rate.high and rate.high - rate.low > 0.5, "eight contexts say little"
    strength = bradley_terry(said)["a"]
    assert strength.value == pytest.approx(np.log(2) / 2) and strength.low is None
    assert strength.interval_reason == "every context was judged alike"


def test_a_few_contexts_give_no_narrow_interval() -> None:
    said = [
        Preference(1, "a", "b", 1),
        Preference(1, "a", "b", 0.5),
        Preference(2, "a", "b", 0),
        Preference(2, "a", "b", 1),
    ]
    rate = win_rate(said, "a", "b")
    assert rate.value == 0.625 and rate.low is not None and rate.high is not None
    assert rate.low < 0.2 and rate.high > 0.9, "a bootstrap of two contexts would say 0.5 to 0.75"
    strength = bradley_terry(said)["a"]
    assert strength.low is None and strength.interval_reason == "fewer than 5 contexts"
