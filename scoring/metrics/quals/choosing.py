"""Which of the written pairs count: answer verbatim in the text, then turn by turn over the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.metrics.likelihood.packs import Ids


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with its answer, as words and as tokens (with separator and end); log p of each given the text."""

    question: str
    answer: str
    ids: Ids
    given_text: tuple[float, ...] = ()


def in_text(pair: Pair, text: str) -> bool:
    """Whether the answer stands in the text, letter case aside."""
    answer = pair.answer.strip().lower()
    return bool(answer) and answer in text.lower()


def round_robin(pairs: Sequence[Pair], log_likelihoods: Sequence[float], *, most: int) -> list[Pair]:
    """At most `most` pairs, best first: the best of each answer, then the second of each, and so on.

    log_likelihoods: of each whole pair, not divided by length, as published. A question comes once per answer.
    """
    by_answer: dict[str, list[Pair]] = {}
    for index in sorted(range(len(pairs)), key=lambda each: (-log_likelihoods[each], each)):
        held = by_answer.setdefault(pairs[index].answer.strip().lower(), [])
        if pairs[index].question not in {each.question for each in held}:
            held.append(pairs[index])
    chosen: list[Pair] = []
    for turn in range(max(map(len, by_answer.values()), default=0)):
        chosen += [held[turn] for held in by_answer.values() if len(held) > turn]
    return chosen[:most]
