"""May a checkpoint become active? Only if its lower bound beats the current one on every protected slice.

Standard library only. The decision holds everything it was made from, so that it can be stored and shown as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from annotate.estimates import Estimate

Rule = Literal["bound", "paired"]
RULES: dict[Rule, str] = {
    "bound": "the candidate's lower bound is above the current checkpoint's value",
    "paired": "the lower bound of candidate minus current, on the same items, is above 0",
}


@dataclass(frozen=True, slots=True)
class SliceVerdict:
    """One protected slice: passed or not, and why, in a sentence."""

    slice: str
    passed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict over all protected slices."""

    promoted: bool
    rule: Rule
    words: str
    slices: tuple[SliceVerdict, ...]

    def json(self) -> dict[str, Any]:
        """Ready to store."""
        return asdict(self)


def decide(
    candidate: Mapping[str, Estimate],
    current: Mapping[str, Estimate] | None,
    *,
    protected: tuple[str, ...],
    rule: Rule = "bound",
    margin: float = 0.0,
) -> Decision:
    """candidate, current: slice -> estimate of the same statistic on the same items, higher is better.

    rule "paired": `candidate` holds the differences (candidate minus current) and `current` is not looked at.
    current None: there is no active checkpoint; a candidate then has to beat 0. margin: by how much it has to.
    What was not measured, or has no interval, does not pass. Raises ValueError without protected slices, LookupError
    for an unknown rule.
    """
    if rule not in get_args(Rule):
        raise LookupError(f"There is no rule {rule!r}. Known: {', '.join(RULES)}.")
    if not protected:
        raise ValueError("name at least one protected slice: a gate without one lets everything through")
    verdicts = tuple(_slice(name, candidate.get(name), current, rule, margin) for name in protected)
    failed = [verdict.slice for verdict in verdicts if not verdict.passed]
    asked = RULES[rule] + (f" by {margin:g}" if margin else "")
    if failed:
        words = f"Not promoted: on {', '.join(failed)} it does not hold that {asked}."
    else:
        words = f"Promoted: on all {len(verdicts)} protected slice(s) {asked}."
    return Decision(not failed, rule, words, verdicts)


def _slice(
    name: str, candidate: Estimate | None, current: Mapping[str, Estimate] | None, rule: Rule, margin: float
) -> SliceVerdict:
    if candidate is None:
        return SliceVerdict(name, False, "The candidate was not measured here.")
    if candidate.value is None:
        return SliceVerdict(name, False, f"The candidate has no value here: {candidate.reason}.")
    if candidate.low is None:
        return SliceVerdict(name, False, f"The candidate has no interval here: {candidate.interval_reason}.")
    if rule == "paired":
        bar, against = margin, "no difference"
    elif current is None:
        bar, against = margin, "0, there being no active checkpoint"
    else:
        now = current.get(name)
        if now is None or now.value is None:
            why = "was not measured" if now is None else f"has no value ({now.reason})"
            return SliceVerdict(name, False, f"The current checkpoint {why} here, so there is nothing to beat fairly.")
        bar, against = now.value + margin, f"the current {now.value:.3f}"
    plus = f" plus {margin:g}" if margin else ""
    passed = candidate.low > bar
    side = "above" if passed else "not above"
    range_ = f"{candidate.value:.3f} [{candidate.low:.3f}, {candidate.high:.3f}]"
    return SliceVerdict(name, passed, f"{range_}, n = {candidate.n_items}: lower bound {side} {against}{plus}.")
