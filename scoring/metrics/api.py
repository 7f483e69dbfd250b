"""What every metric reads and gives back. Standard library only.

Two kinds of input exist, because two kinds of judgement exist:

* a `Dialogue` is scored turn by turn (interaction quality, length): one `Score` per turn, in turn order;
* a `Grounded` text is scored against its source (overlap, QUALS, QAGS): one `Score`.

A metric never sees a row, a queryset or a setting; device and folder are arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self

Reads = Literal["dialogue", "grounded"]


@dataclass(frozen=True, slots=True)
class DialogueTurn:
    """One utterance. `at` is seconds on any clock shared by the dialogue, where the data has it."""

    speaker: str
    text: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A whole conversation; every turn gets a score."""

    id: str
    turns: tuple[DialogueTurn, ...]


@dataclass(frozen=True, slots=True)
class Grounded:
    """A text and the source it should be faithful to; `source` None or blank means the knowledge is missing.

    `context` holds the turns before the text, for metrics whose signature says that they use them.
    """

    id: str
    source: str | None
    text: str
    context: tuple[DialogueTurn, ...] = ()


Example = Dialogue | Grounded


@dataclass(frozen=True, slots=True)
class Score:
    """One judgement. Exactly one of `value` and `reason` is None: a score that cannot be given says why.

    value: on the metric's own scale. low, high: bounds of the 80 % interval on the same scale.
    calibrated: `value` on the human scale, where a calibration is known.
    evidence: JSON-ready detail for the page (tokens, question-answer pairs, ...).
    """

    value: float | None
    reason: str | None = None
    low: float | None = None
    high: float | None = None
    calibrated: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a Score has either a value or a reason, not both and not neither")
        if self.value is not None and self.value != self.value:
            raise ValueError("a Score's value is never NaN; give a reason instead")


class Metric(Protocol):
    """A loaded metric: weights in memory, ready to score."""

    name: ClassVar[str]
    reads: ClassVar[Reads]
    dimension: ClassVar[str]  # key of the Dimension that this metric predicts

    @property
    def signature(self) -> str:
        """The string that a score of this metric never travels without (see `signature`)."""
        ...

    @classmethod
    def load(cls, *, checkpoint: Path | None, device: str) -> Self:
        """Read the weights. Raises `Unavailable` with words for a person when something is not there."""
        ...

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        """Scores of each example, in the order given: one per turn for a Dialogue, one for a Grounded.

        `before_batch` is called before each batch of work; it may raise to cancel.
        """
        ...


class Unavailable(Exception):
    """A metric cannot be used here; the message says why and what to do."""


class TrainingStopped(Exception):
    """The caller asked to stop; what was done is kept, and the next call goes on from there."""


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """What the application asks of a metric's trainer. data: a release in JSONL; out: the run's own folder.

    licence: of the data, in words. progress(steps done, of so many, note); should_stop() is asked before each step.
    """

    name: str
    data: Path
    licence: str
    out: Path
    backbone: str
    epochs: int
    seed: int
    device: str
    command: str
    progress: Callable[[int, int, str], None]
    should_stop: Callable[[], bool]


class WrongExample(TypeError):
    """A metric that reads one kind of example was given the other."""


def signature(name: str, version: int, **fields: object) -> str:
    """`name|v:1|key:value|...` in the order given; values must not contain `|` or line breaks.

    >>> signature("overlap", 1, words="content", side="precision")
    'overlap|v:1|words:content|side:precision'
    """
    parts = [name, f"v:{version}"]
    for key, value in fields.items():
        text = str(value)
        if "|" in text or "\n" in text:
            raise ValueError(f"signature field {key} holds a reserved character: {text!r}")
        parts.append(f"{key}:{text}")
    return "|".join(parts)
