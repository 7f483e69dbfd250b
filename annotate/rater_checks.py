"""How a rater works: pace, the same answer over and over, drift over time, gold items. Standard library only.

These are reasons to look, never verdicts: each flag is a sentence with its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from annotate.intervals import student_quantile, wilson

_ENOUGH = 30  # ratings before anything is flagged


@dataclass(frozen=True, slots=True)
class Given:
    """One rating in the order it was made. seconds: active time on it; expected: what the others make one expect."""

    item: Hashable
    value: float | str
    seconds: float | None = None
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class RaterCheck:
    """None where there was nothing to compute it from. drift: scale points per 100 ratings with its 95 % interval."""

    n_ratings: int
    median_seconds: float | None
    quick_share: float | None
    longest_run: int
    repeat_share: float | None
    repeat_share_of_others: float | None
    drift: float | None
    drift_low: float | None
    drift_high: float | None
    gold_right: int
    gold_seen: int
    gold_low: float | None
    gold_high: float | None
    flags: tuple[str, ...]


def check_rater(
    given: Sequence[Given],
    *,
    others: Mapping[Hashable, Sequence[float | str]] | None = None,
    pool_seconds: float | None = None,
    gold: Sequence[bool] = (),
) -> RaterCheck:
    """Look at one rater.

    others: item -> what the others said of it, to tell a straight-liner from a run of items that are alike.
    pool_seconds: the median time of all raters; an answer in under a third of it is quick. gold: of the rater's answers
    to gold items, which of them were as expected.
    """
    n = len(given)
    times = [each.seconds for each in given if each.seconds is not None]
    quick = None
    if times and pool_seconds:
        quick = sum(each < pool_seconds / 3 for each in times) / len(times)
    run, repeats = _runs([each.value for each in given])
    share = repeats / (n - 1) if n > 1 else None
    theirs = _repeats_of_others([each.item for each in given], others or {})
    drift = _slope(
        [(at, _number(each.value) - each.expected) for at, each in enumerate(given) if each.expected is not None]
    )
    right = sum(gold)
    gold_low, gold_high = wilson(right, len(gold)) if gold else (None, None)
    flags = []
    if n >= _ENOUGH:
        if quick is not None and quick > 0.25:
            flags.append(f"{quick:.0%} of the answers took less than a third of the usual {pool_seconds:.0f} s.")
        if share is not None and theirs is not None and share > theirs + 0.25:
            flags.append(
                f"{share:.0%} of the answers repeat the one before, {theirs:.0%} of the others' on the same items do; "
                f"the longest run has {run}."
            )
        if drift and (drift[1] > 0 or drift[2] < 0) and abs(drift[0]) * n / 100 > 0.5:
            way = "higher" if drift[0] > 0 else "lower"
            flags.append(
                f"Rates {abs(drift[0]):.2f} points {way} every 100 ratings, {abs(drift[0]) * n / 100:.1f} in all."
            )
    if gold_high is not None and gold_high < 0.7:
        flags.append(f"{right} of {len(gold)} gold answers as expected: below 70 % even at the upper bound.")
    slope, low, high = drift or (None, None, None)
    return RaterCheck(
        n_ratings=n,
        median_seconds=median(times) if times else None,
        quick_share=quick,
        longest_run=run,
        repeat_share=share,
        repeat_share_of_others=theirs,
        drift=slope,
        drift_low=low,
        drift_high=high,
        gold_right=right,
        gold_seen=len(gold),
        gold_low=gold_low,
        gold_high=gold_high,
        flags=tuple(flags),
    )


def _number(value: float | str) -> float:
    if isinstance(value, str):
        raise TypeError("drift is for numbers; leave `expected` out for labels")
    return value


def _runs(values: Sequence[float | str]) -> tuple[int, int]:
    """The longest run of one value, and how many values repeat the one before."""
    longest = run = repeats = 0
    before: float | str | None = None
    for value in values:
        same = value == before
        repeats += same
        run = run + 1 if same else 1
        longest, before = max(longest, run), value
    return longest, repeats


def _repeats_of_others(items: Sequence[Hashable], others: Mapping[Hashable, Sequence[float | str]]) -> float | None:
    """How often others give two items in a row the same value: over all pairs of their answers."""
    same = pairs = 0
    for first, second in pairwise(items):
        here, there = others.get(first, ()), others.get(second, ())
        same += sum(value == again for value in here for again in there)
        pairs += len(here) * len(there)
    return same / pairs if pairs else None


def _slope(points: Sequence[tuple[int, float]]) -> tuple[float, float, float] | None:
    """Least squares, per 100 ratings, with its interval; None with fewer than ten points."""
    n = len(points)
    if n < 10:
        return None
    middle, level = fmean(at for at, _ in points), fmean(off for _, off in points)
    across = math.fsum((at - middle) ** 2 for at, _ in points)
    slope = math.fsum((at - middle) * (off - level) for at, off in points) / across
    left = math.fsum((off - level - slope * (at - middle)) ** 2 for at, off in points)
    half = student_quantile(0.975, n - 2) * math.sqrt(left / (n - 2) / across)
    return 100 * slope, 100 * (slope - half), 100 * (slope + half)
