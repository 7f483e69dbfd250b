"""Which conversations train, tune and test. Always whole conversations, always by the sha256 of their text."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Literal

from scoring.metrics.iq.corpora.records import Conversation

Part = Literal["train", "tune", "dev"]


def part_of(sha256: str) -> Part:
    """dev: 0 modulo 10. tune: one in ten of the others, for early choices, thresholds and the interval.

    >>> part_of("0a"), part_of("0b"), part_of("01")
    ('dev', 'train', 'tune')
    """
    number = int(sha256, 16)
    if number % 10 == 0:
        return "dev"
    return "tune" if number // 10 % 10 == 0 else "train"


def select(conversations: Iterable[Conversation], part: Part) -> list[Conversation]:
    """Those of one part, in order."""
    return [conversation for conversation in conversations if part_of(conversation.sha256) == part]


def fraction(conversations: list[Conversation], percent: float, seed: int) -> list[Conversation]:
    """About `percent` of the conversations, in a shuffled order: a smaller share is always part of a larger one.

    At least one. The seed draws another nested family.
    """
    order = list(range(len(conversations)))
    random.Random(seed).shuffle(order)  # noqa: S311  (a reproducible draw, no secret)
    keep = set(order[: max(1, round(len(order) * percent / 100))])
    return [conversation for index, conversation in enumerate(conversations) if index in keep]
