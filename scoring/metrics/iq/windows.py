"""Cut a conversation that is longer than a window into overlapping windows, looking only backwards.

The rule: a window takes turns until the next one does not fit; the next window starts with as many of the turns
before it as fit into the overlap, then goes on. Every turn is scored once, in the first window that holds all that its
mode may see (the turn itself, or the turn after it). Where a window ends depends on earlier turns only, so a later turn
never changes an earlier score. Attention cost is linear in the conversation, and a turn has about `overlap` tokens
of context at least, or the whole past if that is shorter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.metrics.iq.config import Mode


@dataclass(frozen=True, slots=True)
class Window:
    """Turns [start, stop) of a conversation; those of `scored` get their score here."""

    start: int
    stop: int
    scored: tuple[int, ...]


def windows(costs: Sequence[int], *, size: int, overlap: int, mode: Mode) -> list[Window]:
    """costs: tokens of each turn, each at most size - overlap.

    >>> windows([4, 4, 4, 4], size=12, overlap=4, mode="online")
    [Window(start=0, stop=3, scored=(0, 1, 2)), Window(start=2, stop=4, scored=(3,))]
    >>> windows([4, 4, 4, 4], size=12, overlap=4, mode="retrospective")
    [Window(start=0, stop=3, scored=(0, 1)), Window(start=2, stop=4, scored=(2, 3))]
    """
    if any(cost > size - overlap for cost in costs):
        raise ValueError(f"a turn is longer than {size - overlap} tokens, the new part of a window")
    bounds: list[tuple[int, int]] = []
    start, used = 0, 0
    for index, cost in enumerate(costs):
        if used + cost > size:
            bounds.append((start, index))
            start, used = _overlap(costs, index, overlap)
        used += cost
    if costs:
        bounds.append((start, len(costs)))
    found, next_turn = [], 0
    for number, (first, stop) in enumerate(bounds):
        last = number == len(bounds) - 1
        end = stop if mode == "online" or last else stop - 1
        found.append(Window(first, stop, tuple(range(next_turn, end))))
        next_turn = max(next_turn, end)
    return found


def _overlap(costs: Sequence[int], index: int, overlap: int) -> tuple[int, int]:
    """First turn, and tokens, of the turns just before `index` that fit into the overlap."""
    start, used = index, 0
    while start and used + costs[start - 1] <= overlap:
        start -= 1
        used += costs[start]
    return start, used
