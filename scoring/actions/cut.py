from __future__ import annotations

from collections.abc import Iterator


def cut(rows: list[tuple[int, int]], turns_at_most: int) -> Iterator[tuple[list[int], int]]:
    """Consecutive conversations of together at most so many turns, never fewer than one: ids, turns.

    rows: (id, turns) of each conversation.
    """
    ids: list[int] = []
    turns = 0
    for pk, count in rows:
        if ids and turns + count > turns_at_most:
            yield ids, turns
            ids, turns = [], 0
        ids.append(pk)
        turns += count
    if ids:
        yield ids, turns
