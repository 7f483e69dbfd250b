"""Stage 2: tell damaged turns from intact ones. What was done to a turn is its label; most turns stay as they are.

    replaced   a turn of another conversation, same speaker role
    swapped    the same speaker's next turn stands here, and this one there
    repeated   what the same speaker said before stands here once more
    elsewhere  an answer to another question: a turn of the same speaker from another place of this conversation

All of them are things that go wrong in real conversations: a topic missed, an order lost, a system that repeats itself.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from scoring.metrics.iq.turns import EncodedTurn

DAMAGES = ("intact", "replaced", "swapped", "repeated", "elsewhere")
SHARE = 0.22


def damage(
    turns: Sequence[EncodedTurn], strangers: Sequence[EncodedTurn], generator: random.Random
) -> tuple[list[EncodedTurn], list[int]]:
    """The turns, some of them damaged, and the index into DAMAGES of each. The first turn stays: nothing precedes it.

    Role, gap and age stay where they are: only what was said moves. A damage that would change no word is not done.
    """
    made = list(turns)
    labels = [0] * len(turns)
    for at in range(1, len(turns)):
        if labels[at] or generator.random() >= SHARE:
            continue
        kind = generator.choice(DAMAGES[1:])
        same = [other for other, turn in enumerate(turns) if turn.role == turns[at].role and other != at]
        if kind == "replaced" and strangers:
            _put(made, labels, at, generator.choice(strangers).ids, kind, turns)
        elif kind == "repeated":
            earlier = [other for other in same if other < at][-2:]
            if earlier:
                _put(made, labels, at, turns[generator.choice(earlier)].ids, kind, turns)
        elif kind == "elsewhere":
            far = [other for other in same if abs(other - at) > 2]
            if far:
                _put(made, labels, at, turns[generator.choice(far)].ids, kind, turns)
        elif kind == "swapped":
            later = next((other for other in same if other > at), None)
            if later is not None and not labels[later] and turns[later].ids != turns[at].ids:
                _put(made, labels, at, turns[later].ids, kind, turns)
                _put(made, labels, later, turns[at].ids, kind, turns)
    return made, labels


def _put(
    made: list[EncodedTurn],
    labels: list[int],
    at: int,
    ids: tuple[int, ...],
    kind: str,
    turns: Sequence[EncodedTurn],
) -> None:
    if ids != turns[at].ids:
        made[at] = replace(turns[at], ids=ids)
        labels[at] = DAMAGES.index(kind)
