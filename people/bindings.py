"""Which key does what while rating, and which other key a person may choose for it. No Django.

Enter, the arrows, Escape and everything with Ctrl stay as they are. A key is one character as the keyboard sends it.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

USUAL: dict[str, str] = {
    "next": "j",
    "previous": "k",
    "question-back": "[",
    "question-on": "]",
    "note": "n",
    "clear": "c",
    "meaning": "h",
    "evidence": "e",
    "personal": "p",
    "skip": "s",
    "sheet": "?",
    **{f"answer-{place}": str(place) for place in range(1, 10)},
    "reason-1": "0",
    "reason-2": "-",
}
# Came when people had chosen keys already: where its usual key is taken, it gives way.
_LATER = ("meaning",)
# Not ' and /: Firefox searches the page with them. Not +, * and the like: they need Shift on many keyboards.
ALLOWED = frozenset(string.ascii_lowercase + string.digits + "-=[];,.?`\\<")


class BadKeys(ValueError):
    """`problems`: action -> what is wrong with its key, in words."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{action}: {words}" for action, words in problems.items()))
        self.problems = problems


def checked_keys(wanted: Mapping[str, str], *, names: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """What is to be stored: the actions whose key is not the usual one. Actions left out keep theirs.

    names: what people call the actions, for the words. Raises BadKeys: an unknown action, a key that is not allowed,
    one key for two actions.
    """
    problems = {action: "There is no such action." for action in wanted if action not in USUAL}
    keys = USUAL | {action: key.strip().lower() for action, key in wanted.items() if action in USUAL}
    uses = Counter(keys.values())
    for action, key in keys.items():
        if key not in ALLOWED:
            problems[action] = f"{key!r} cannot be used: one letter, digit or one of {_listed()}." if key else "No key."
        elif uses[key] > 1:
            others = [str(names.get(other, other)) for other, same in keys.items() if same == key and other != action]
            problems[action] = f"{key} is the key of “{'”, “'.join(others)}” too."
    if problems:
        raise BadKeys(problems)
    return {action: key for action, key in keys.items() if key != USUAL[action]}


def keys_of(stored: Mapping[str, str]) -> dict[str, str]:
    """action -> key for every action; the usual ones where what is stored does not fit the rules (any more)."""
    try:
        return USUAL | checked_keys(_giving_way(stored))
    except BadKeys:
        return dict(USUAL)


def _giving_way(stored: Mapping[str, str]) -> dict[str, str]:
    keys = dict(stored)
    for action in _LATER:
        if action not in keys and USUAL[action] in keys.values():
            taken = {*USUAL.values(), *keys.values()}
            keys[action] = next(letter for letter in string.ascii_lowercase if letter not in taken)
    return keys


def _listed() -> str:
    return " ".join(sorted(ALLOWED - set(string.ascii_lowercase + string.digits)))
