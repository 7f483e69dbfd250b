"""A conversation with what people said about its turns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from scoring.metrics.api import Dialogue, DialogueTurn


@dataclass(frozen=True, slots=True)
class TurnLabels:
    """votes: every rater's 1-5. classes: task -> label -> share (they sum to 1), e.g. {"act": {"INFORM": 1.0}}."""

    votes: tuple[float, ...] = ()
    classes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def mean(self) -> float | None:
        """The mean vote, None where nobody voted."""
        return sum(self.votes) / len(self.votes) if self.votes else None


NOTHING = TurnLabels()


@dataclass(frozen=True, slots=True)
class Conversation:
    """corpus: key of CORPORA, or the file. domain: what leave-one-domain-out leaves out. sha256: of the source text."""

    id: str
    corpus: str
    domain: str
    turns: tuple[DialogueTurn, ...]
    labels: tuple[TurnLabels, ...]
    sha256: str

    def __post_init__(self) -> None:
        if len(self.turns) != len(self.labels):
            raise ValueError(f"{self.id}: {len(self.turns)} turns, but labels of {len(self.labels)}")

    @property
    def dialogue(self) -> Dialogue:
        """What a metric reads: no label in it."""
        return Dialogue(self.id, self.turns)

    @property
    def rated(self) -> list[int]:
        """Turns that somebody voted on."""
        return [index for index, labels in enumerate(self.labels) if labels.votes]


def text_sha256(text: str) -> str:
    """Hex sha256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def turns_sha256(turns: tuple[DialogueTurn, ...]) -> str:
    """Hex sha256 of speakers and texts, for sources that have no text block of their own."""
    return text_sha256("\n".join(f"{turn.speaker}\t{turn.text}" for turn in turns))
