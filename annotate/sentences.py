"""Sentences of a text, for people to point at. Plain rules; the parts put together are the text again.

A boundary that is drawn wrong costs a reader nothing but a sentence that is longer or shorter than it should be: what
was pointed at is kept as text, so that other rules later change no answer.
"""

from __future__ import annotations

import re
from itertools import pairwise

_BLANK = re.compile(r"\s+")
_CLOSING = "\"'”’»)]"
_SHORT = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "prof", "jr", "sr", "vs", "e.g", "i.e", "approx", "fig", "vol", "ca"}
)
_LOOK_BACK = 24  # characters before a blank that decide; longer than any abbreviation


def sentences(text: str) -> list[str]:
    """The sentences in order, each with the blanks that follow it; none for a blank text. Linear in the length."""
    if not text.strip():
        return []
    starts = [0]
    for blank in _BLANK.finditer(text):
        if blank.start() > 0 and blank.end() < len(text) and _ends(text, blank):
            starts.append(blank.end())
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _ends(text: str, blank: re.Match[str]) -> bool:
    if "\n" in blank.group():
        return True
    before = text[max(0, blank.start() - _LOOK_BACK) : blank.start()].rstrip(_CLOSING)
    if not before.endswith((".", "!", "?", "…")) or text[blank.end()].islower():
        return False
    word = before.split()[-1].rstrip(".").lower()
    is_initial = before.endswith(".") and len(word) == 1 and word.isalpha()
    return not (before.endswith(".") and (word in _SHORT or is_initial))
