"""Known answers: whether an answer is among them, and how they are said. Standard library only, no database.

Accepted is a list of values, labels, lists of labels (a set each) or reasons, or {"from": low, "to": high}, a range of
numbers with both ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_NEAR = 1e-9  # numbers came through JSON


def accepts(accepted: Sequence[Any] | Mapping[str, float], *, value: Any, reason: str = "") -> bool:
    """Whether an answer, a value or a reason why there is none, is as expected.

    >>> accepts([4, 5], value=5.0), accepts({"from": 1, "to": 2.5}, value=3), accepts(["no claim"], value=None,
    ... reason="no claim"), accepts([["FS1", "FS2"]], value=["FS2", "FS1"])
    (True, False, True, True)
    """
    if isinstance(accepted, Mapping):
        return isinstance(value, int | float) and accepted["from"] - _NEAR <= value <= accepted["to"] + _NEAR
    return any(_same(one, reason if value is None else value) for one in accepted)


def _same(one: Any, given: Any) -> bool:
    if isinstance(one, int | float) and isinstance(given, int | float):
        return abs(one - given) <= _NEAR
    if isinstance(one, list) and isinstance(given, list):
        return set(one) == set(given)
    return bool(one == given)


def in_words(accepted: Sequence[Any] | Mapping[str, float], labels: Mapping[Any, str]) -> str:
    """What was expected. labels: value or reason -> how the page calls it.

    >>> in_words([4, 5], {4: "Good", 5: "Excellent"}), in_words({"from": 1, "to": 2.5}, {1: "Terrible"})
    ('Good or Excellent', '1 to 2.5')
    """
    if isinstance(accepted, Mapping):
        return f"{accepted['from']:g} to {accepted['to']:g}"
    said = [
        " and ".join(labels.get(part, str(part)) for part in one) or "none of them"
        if isinstance(one, list)
        else labels.get(one, f"{one:g}" if isinstance(one, int | float) else str(one))
        for one in accepted
    ]
    return " or ".join(said)
