"""Pairwise studies: win rates, the sign test, Bradley-Terry strengths. Needs numpy: for the default worker.

    P(a beats b) = exp(theta_a) / (exp(theta_a) + exp(theta_b))        (Bradley and Terry, 1952)

An "equal" counts half a win for each. Strengths sum to 0; they exist for everyone only if no group of systems has lost
every comparison with the rest (Ford, 1957), which is said in words.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from annotate.agreement.bootstrap import draws, percentiles
from annotate.agreement.table import Floats
from annotate.estimates import Estimate, Sizes
from annotate.intervals import wilson

_FEW = 5  # contexts; of fewer, resamples say next to nothing about how they vary


@dataclass(frozen=True, slots=True)
class Preference:
    """One answer. `outcome`: 1 first is better, 0 second, 0.5 equal. `cluster`: the context of both."""

    cluster: Hashable
    first: str
    second: str
    outcome: float


@dataclass(frozen=True, slots=True)
class SignTest:
    """Exact two-sided chance of wins this uneven if both were equally good; equals are left out."""

    wins: int
    losses: int
    equals: int
    chance: float | None
    reason: str | None = None


def sign_test(preferences: Iterable[Preference], first: str, second: str) -> SignTest:
    """First against second, whichever side they stood on. Takes the answers for independent."""
    wins = losses = equals = 0
    for outcome in _outcomes(preferences, first, second):
        wins, losses, equals = wins + (outcome == 1), losses + (outcome == 0), equals + (outcome == 0.5)
    n = wins + losses
    if not n:
        return SignTest(wins, losses, equals, None, "no comparison was decided")
    tail = sum(math.comb(n, k) for k in range(min(wins, losses) + 1)) / 2**n
    return SignTest(wins, losses, equals, min(1.0, 2 * tail))


def by_context(preferences: Iterable[Preference]) -> list[Preference]:
    """One vote a context and two systems: what more of its answers said, equal where as many said the other.

    Several judges of one pair are no independent comparisons; contexts are, so the sign test is taken over these.
    """
    said: dict[tuple[Hashable, str, str], float] = defaultdict(float)
    for each in preferences:
        turned = each.first > each.second
        first, second = (each.second, each.first) if turned else (each.first, each.second)
        said[each.cluster, first, second] += (0.5 - each.outcome) if turned else (each.outcome - 0.5)
    return [
        Preference(cluster, first, second, 0.5 if lead == 0 else float(lead > 0))
        for (cluster, first, second), lead in said.items()
    ]


def holm(chances: Sequence[float | None]) -> list[float | None]:
    """Chances that stand for having looked at all of them (Holm, 1979); None stays None."""
    known = sorted((chance, at) for at, chance in enumerate(chances) if chance is not None)
    adjusted: list[float | None] = [None] * len(chances)
    least = 0.0
    for rank, (chance, at) in enumerate(known):
        least = max(least, min(1.0, (len(known) - rank) * chance))
        adjusted[at] = least
    return adjusted


def win_rate(
    preferences: Sequence[Preference], first: str, second: str, *, resamples: int = 1000, seed: int = 7
) -> Estimate:
    """How often first is better, equals counting half; interval over contexts.

    Wilson's with contexts for trials where there are few of them, or all were alike.
    """
    by_context: dict[Hashable, list[float]] = defaultdict(list)
    for each in preferences:
        by_context[each.cluster] += _outcomes([each], first, second)
    sums = np.array([[sum(given), len(given)] for given in by_context.values() if given], dtype=np.float64)
    method = "win rate, equals count half; bootstrap over contexts"
    if not len(sums):
        return Estimate(None, f"{first} and {second} were never compared", method=method)
    won, n = sums.sum(axis=0)
    sizes = Sizes(n_items=len(sums), n_ratings=int(n), n_clusters=len(sums))
    if len(sums) < _FEW or np.ptp(sums[:, 0] / sums[:, 1]) == 0:
        # Every resample would be the same, or nearly so: the share's own interval.
        low, high = wilson(round(won / n * len(sums)), len(sums))
        low, high = min(low, float(won / n)), max(high, float(won / n))
        return Estimate(float(won / n), None, low, high, method="win rate; Wilson's interval", **sizes)
    again = draws(len(sums), resamples, seed=seed) @ sums
    low_, high_, reason = percentiles(again[:, 0] / again[:, 1])
    return Estimate(float(won / n), None, low_, high_, reason, method=method, **sizes)


def bradley_terry(preferences: Sequence[Preference], *, resamples: int = 500, seed: int = 7) -> dict[str, Estimate]:
    """Strength of each system (natural logarithm of the odds, sum 0), strongest first, interval over contexts."""
    names = sorted({name for each in preferences for name in (each.first, each.second)})
    place = {name: at for at, name in enumerate(names)}
    contexts: dict[Hashable, int] = {}
    k = len(names)
    cells = np.zeros((len({each.cluster for each in preferences}), k * k))
    for each in preferences:
        row = contexts.setdefault(each.cluster, len(contexts))
        a, b = place[each.first], place[each.second]
        cells[row, a * k + b] += each.outcome
        cells[row, b * k + a] += 1 - each.outcome
    method = "Bradley-Terry, equals count half; bootstrap over contexts"
    wins = cells.sum(axis=0).reshape(1, k, k)
    if k < 2:
        return {name: Estimate(None, "there is no other system", method=method) for name in names}
    if connected_components(wins[0] > 0, connection="strong")[0] > 1:
        words = "some systems won or lost every comparison with the others: strengths are without bound"
        return {name: Estimate(None, words, method=method) for name in names}
    strength = _strengths(wins)[0]
    again = (draws(len(cells), resamples, seed=seed) @ cells).reshape(-1, k, k)
    linked = np.array([connected_components(each > 0, connection="strong")[0] == 1 for each in again], dtype=bool)
    drawn = np.full((len(again), k), np.nan)
    drawn[linked] = _strengths(again[linked])
    alike = bool((cells == cells[0]).all())
    estimates = {}
    for at in np.argsort(-strength, kind="stable"):
        low, high, reason = percentiles(drawn[:, at])
        if len(cells) < _FEW or alike:  # a narrow interval, or one without width, would look like certainty
            words = "every context was judged alike" if alike else f"fewer than {_FEW} contexts"
            low, high, reason = None, None, words
        n = int(wins[0, at].sum() + wins[0, :, at].sum())
        estimates[names[at]] = Estimate(
            float(strength[at]), None, low, high, reason, n_ratings=n, n_clusters=len(cells), method=method
        )
    return estimates


def _strengths(wins: Floats, *, rounds: int = 2000) -> Floats:
    """Hunter's (2004) minorize-maximize for many tables at once: (tables, k, k) -> (tables, k)."""
    played = wins + wins.swapaxes(1, 2)
    won = wins.sum(axis=2)
    p = np.ones(won.shape)
    for _ in range(rounds):
        new = won / (played / (p[:, :, None] + p[:, None, :])).sum(axis=2)
        new /= np.exp(np.log(new).mean(axis=1, keepdims=True))
        done = len(p) == 0 or np.abs(np.log(new) - np.log(p)).max() < 1e-8
        p = new
        if done:
            break
    return np.log(p)


def _outcomes(preferences: Iterable[Preference], first: str, second: str) -> list[float]:
    found = []
    for each in preferences:
        if (each.first, each.second) == (first, second):
            found.append(each.outcome)
        elif (each.first, each.second) == (second, first):
            found.append(1 - each.outcome)
    return found
