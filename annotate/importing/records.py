"""What every format is read into: plain records, in the order of the file. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class PassageRecord:
    """A piece of knowledge as one reader saw it. `text` None: known to have been shown, but not in the data."""

    kind: str  # "wiki_shortened", "wiki_summarized", "fun_fact", "article", "fact"
    ref: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class SectionRecord:
    """One section (FS1, AS2, fact ...) of one speaker's reading set; speaker "" means: everybody saw it."""

    speaker: str
    key: str
    title: str
    passages: tuple[PassageRecord, ...]


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """`cited` are section keys as the data gives them; `extra` keeps original fields for lossless release."""

    speaker: str
    text: str
    cited: tuple[str, ...] = ()
    at: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RatingRecord:
    """A judgement found in the file. `turn` None: of the whole conversation.

    `value` is a number, a label or a tuple of labels, as the dimension asks; None with a `reason` otherwise.
    `rater` is a pseudonym within the corpus (`agent_2`, `rater-1`): a role that many people may have filled.
    """

    turn: int | None
    dimension: str
    rater: str
    value: float | str | tuple[str, ...] | None
    reason: str = ""
    note: str = ""
    revision: int = 1
    made_at: str | None = None  # ISO 8601 with an offset
    evidence: Any = None
    version: int | None = None  # of the dimension, as the file counts; None: the newest
    campaign: str = ""
    active_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """One conversation with all that belongs to it. `alternative_of` is an external id of the same file.

    `passed_by`: judgements beside it that are no content of a corpus (a release's predictions and verdicts).
    """

    external_id: str
    turns: tuple[TurnRecord, ...]
    split: str = ""
    topic: str = ""
    config: str = ""
    system: str = ""
    alternative_of: str | None = None
    sections: tuple[SectionRecord, ...] = ()
    ratings: tuple[RatingRecord, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    passed_by: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file. `where` names file and line (or conversation and turn), `field` the field."""

    where: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.field}: {self.message}"


class BadFile(Exception):
    """Files that cannot be imported: the problems found in them (the first 1,000) and how many there are."""

    def __init__(self, problems: list[Problem], count: int | None = None) -> None:
        self.problems = problems
        self.count = len(problems) if count is None else count
        super().__init__(f"{self.count} problem(s), the first: {problems[0]}" if problems else "bad file")
