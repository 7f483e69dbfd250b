"""Each rater: bias, use of the scale and noise by the rater model; pace, drift, and what looks like careless work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from statistics import median
from types import MappingProxyType
from typing import Any

from annotate.agreement.table import RatingTable
from annotate.rater_checks import Given, RaterCheck, check_rater
from annotate.rater_model import RaterEffect, RaterModel, TooFewRatings, fit_rater_model
from scoring.analyses.data import Judged
from scoring.analyses.tables import Table, interval, table


def rater_tables(
    judged: Sequence[Judged], *, numbers: bool, gold: Mapping[str, Sequence[bool]] = MappingProxyType({})
) -> list[Table]:
    """One table of the model (numbers alone), one of how people work. Raises ValueError where nobody rated.

    gold: rater -> of the answers to gold, which were as expected.
    """
    if not judged:
        raise ValueError("nobody has rated this dimension here")
    model, why = _model(judged) if numbers else (None, "the rater model is for answers that are numbers")
    checks = _checks(judged, model, gold)
    return [_effects(model, why), _work(checks)]


def _model(judged: Sequence[Judged]) -> tuple[RaterModel | None, str]:
    try:
        return fit_rater_model(RatingTable.of([(e.conversation, e.item, e.rater, e.value) for e in judged])), ""
    except TooFewRatings as problem:
        return None, str(problem)


def _effects(model: RaterModel | None, why: str) -> Table:
    head = ["rater", "ratings", "bias", "scale", "noise"]
    if model is None:
        return table("raters", "Rater model", f"Not fitted: {why}", head, [])
    rows = [_effect(effect) for effect in sorted(model.raters, key=lambda effect: -effect.n_ratings)]
    words = (
        "Bias: points above what an average rater says of the same item. Scale: 1 uses it as others do, "
        "below 1 keeps to the middle. Noise: standard deviation of what is left, in points. Items differ "
        f"by {model.item_sd:.2f} points (standard deviation), raters' biases by {model.bias_sd:.2f}; "
        f"{model.reliability:.0%} of the variance of one rating is the item's. Intervals: 95 %, given these."
    )
    return table("raters", "Rater model", words, head, rows)


def _effect(effect: RaterEffect) -> list[Any]:
    of_scale = 1.96 * effect.scale_error
    return [
        effect.name,
        effect.n_ratings,
        interval(effect.bias, *effect.bias_interval),
        interval(effect.scale, effect.scale - of_scale, effect.scale + of_scale),
        effect.noise,
    ]


def _checks(
    judged: Sequence[Judged], model: RaterModel | None, gold: Mapping[str, Sequence[bool]]
) -> dict[str, RaterCheck]:
    """rater -> what stands out, the one with most ratings first."""
    of_item: dict[Hashable, list[tuple[str, float | str]]] = defaultdict(list)
    of_rater: dict[str, list[Given]] = defaultdict(list)
    expected = model.expected().tolist() if model is not None else [None] * len(judged)
    # A set of labels is one answer: in words, since checks compare values and do no sums with labels.
    said = [", ".join(sorted(e.value)) if isinstance(e.value, frozenset) else e.value for e in judged]
    for each, value, would in zip(judged, said, expected, strict=True):
        of_item[each.item].append((each.rater, value))
        of_rater[each.rater].append(Given(each.item, value, each.seconds, would))
    times = [each.seconds for each in judged if each.seconds is not None]
    found = {}
    for name, given in sorted(of_rater.items(), key=lambda pair: -len(pair[1])):
        others: dict[Hashable, list[float | str]] = {
            each.item: [value for rater, value in of_item[each.item] if rater != name] for each in given
        }
        usual = median(times) if times else None
        found[name] = check_rater(given, others=others, pool_seconds=usual, gold=gold.get(name, ()))
    return found


def _work(checks: dict[str, RaterCheck]) -> Table:
    rows: list[list[Any]] = [
        [
            name, check.n_ratings, check.median_seconds, _percent(check.quick_share), _percent(check.repeat_share),
            _percent(check.repeat_share_of_others), check.longest_run,
            interval(check.drift, check.drift_low, check.drift_high) if check.drift is not None else None,
            _gold(check), " ".join(check.flags) or "–",
        ]
        for name, check in checks.items()
    ]  # fmt: skip
    words = (
        "Seconds: median active time on a turn, over all its questions; quick: under a third of everybody's median. "
        "Repeats: answers equal to the one before; others': how often two other raters' answers to the same two items "
        "are equal. Run: the same answer so many times in a row. Drift: points per 100 ratings away from what the "
        "rater model expects. Gold %: of the answers to gold items, those as expected, with a 95 % interval; these are "
        "in no other figure. In the order the answers were made; of imports, in the order of the file. Reasons to "
        "look, no verdicts."
    )
    head = [
        "rater",
        "ratings",
        "seconds",
        "quick %",
        "repeats %",
        "others' %",
        "longest run",
        "drift",
        "gold %",
        "to look at",
    ]
    return table("work", "How they work", words, head, rows)


def _gold(check: RaterCheck) -> dict[str, Any] | None:
    if not check.gold_seen:
        return None
    bounds = _percent(check.gold_low), _percent(check.gold_high)
    return interval(_percent(check.gold_right / check.gold_seen), *bounds)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)
