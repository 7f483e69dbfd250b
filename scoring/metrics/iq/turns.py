"""Turns as token ids, with the role of the speaker, the time gap and the age in the conversation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scoring.metrics.api import DialogueTurn

ROLES = ("user", "system", "first", "second", "other")
_USER = {"user", "customer", "human", "caller", "client", "u", "seeker"}
_SYSTEM = {"system", "assistant", "bot", "wizard", "agent", "s", "alexa", "recommender"}
AGES = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32)  # first turn index of each bucket
GAPS = 18  # 0: unknown; 1 + floor(log2(1 + seconds)), at most 17 (about a day and a half)
_CHARACTERS_PER_TOKEN = 24  # text further in than this many characters per kept token is not tokenised at all


class Tokenizer(Protocol):
    """A transformers tokenizer, WordPiece or BPE. The part of it that is used."""

    def __call__(self, text: list[str], *, add_special_tokens: bool) -> dict[str, list[list[int]]]: ...


@dataclass(frozen=True, slots=True)
class EncodedTurn:
    """ids: opening token, text, closing token, never fewer than 2. role, gap, age: indices into their embeddings."""

    ids: tuple[int, ...]
    role: int
    gap: int
    age: int

    @property
    def visible(self) -> int:
        """Tokens that other turns may look at: all but the closing one, whose place the read-outs take."""
        return len(self.ids) - 1


def roles_of(speakers: Sequence[str]) -> list[int]:
    """Known names of users and systems by name; any other speaker by the order of appearance.

    >>> [ROLES[role] for role in roles_of(["USER", "SYSTEM", "agent_2", "agent_1", "Mia", ""])]
    ['user', 'system', 'first', 'second', 'other', 'other']
    """
    met: dict[str, int] = {}
    roles = []
    for speaker in speakers:
        name = speaker.strip().casefold()
        if name in _USER:
            roles.append(0)
        elif name in _SYSTEM:
            roles.append(1)
        else:
            roles.append(2 + met.setdefault(name, min(len(met), 2)))
    return roles


def gap_bucket(before: float | None, at: float | None) -> int:
    """Bucket of the seconds since the turn before: 0 where not known, logarithmic otherwise.

    >>> gap_bucket(None, 3.0), gap_bucket(0.0, 0.0), gap_bucket(0.0, 7.0), gap_bucket(9.0, 2.0), gap_bucket(0.0, 1e12)
    (0, 1, 4, 1, 17)
    """
    if before is None or at is None or not math.isfinite(at - before):
        return 0
    return min(1 + int(math.log2(1.0 + max(at - before, 0.0))), GAPS - 1)


def age_bucket(index: int) -> int:
    """Bucket of a turn's place in the conversation, finer at the beginning.

    >>> age_bucket(0), age_bucket(5), age_bucket(500)
    (0, 4, 10)
    """
    return sum(index >= first for first in AGES) - 1


def plain(text: str, max_tokens: int) -> str:
    """White space as single spaces, lone surrogates as "?"; of a very long text the head and the tail.

    So 10 MB cost no more to tokenise than a page.
    """
    keep = max_tokens * _CHARACTERS_PER_TOKEN
    if len(text) > 2 * keep:
        text = f"{text[:keep]} {text[-keep:]}"
    return " ".join(text.split()).encode("utf-8", "replace").decode("utf-8")


def shortened(ids: Sequence[int], room: int) -> list[int]:
    """The first two thirds of `room` and the last third, where there are more ids than room.

    >>> shortened([1, 2, 3, 4, 5, 6, 7], 3)
    [1, 2, 7]
    """
    if len(ids) <= room:
        return list(ids)
    tail = room // 3
    return [*ids[: room - tail], *ids[len(ids) - tail :]]


def encode_turns(
    turns: Sequence[DialogueTurn], tokenizer: Tokenizer, *, opening: int, closing: int, max_turn_tokens: int
) -> list[EncodedTurn]:
    """One EncodedTurn for each turn, in order. An empty turn is opening and closing token alone."""
    if not turns:
        return []
    texts = [plain(turn.text, max_turn_tokens) for turn in turns]
    ids = tokenizer(texts, add_special_tokens=False)["input_ids"]
    roles = roles_of([turn.speaker for turn in turns])
    encoded = []
    for index, (turn, body, role) in enumerate(zip(turns, ids, roles, strict=True)):
        before = turns[index - 1].at if index else None
        kept = shortened(body, max_turn_tokens - 2)
        encoded.append(EncodedTurn((opening, *kept, closing), role, gap_bucket(before, turn.at), age_bucket(index)))
    return encoded
