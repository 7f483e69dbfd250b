"""An answer as a person gave it, checked against the question it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from annotate.models import DimensionVersion, Rating
from annotate.models.dimension import ValueKind

CLEARED = "cleared"
NOTE_LENGTH = 4000


class BadAnswer(ValueError):
    """The value is no answer to the question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One value, or none of them and the reason why. The columns of a Rating."""

    number: float | None = None
    label: str | None = None
    labels: list[str] | None = None
    reason: str = ""

    @classmethod
    def of(cls, rating: Rating | None) -> Answer:
        """What a revision says; no revision says the same as a cleared one."""
        if rating is None:
            return cls(reason=CLEARED)
        return cls(rating.number, rating.label, rating.labels, rating.reason)

    @property
    def given(self) -> bool:
        """A null reason such as "no claim" is an answer; a cleared one is not."""
        return self.reason != CLEARED


def checked_answer(question: DimensionVersion, *, value: Any, reason: str) -> Answer:
    """The answer as a row keeps it. `question` comes with its dimension. Raises BadAnswer."""
    if reason:
        if value is not None:
            raise BadAnswer(_("An answer has a value or a reason, not both."))
        if reason not in [known["reason"] for known in question.null_reasons]:
            raise BadAnswer(_("“%(reason)s” is no reason that this question knows.") % {"reason": reason})
        return Answer(reason=reason)
    values = [point["value"] for point in question.scale]
    kind = question.dimension.kind
    if kind == ValueKind.NUMBER:
        if isinstance(value, bool) or not isinstance(value, int | float) or value not in values:
            raise BadAnswer(_("“%(value)s” is no point of the scale.") % {"value": value})
        return Answer(number=float(value))
    if kind == ValueKind.LABEL:
        if not isinstance(value, str) or value not in values:
            raise BadAnswer(_("“%(value)s” is none of the labels.") % {"value": value})
        return Answer(label=value)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one in values for one in value):
        raise BadAnswer(_("Labels must be some of the question's labels, at least one."))
    # Kept in the order of the scale, so that the same set is the same value.
    return Answer(labels=[one for one in values if one in set(value)])


def value_of(rating: Rating) -> float | str | list[str] | None:
    """The value as it goes over the wire; None with a reason."""
    for value in (rating.number, rating.label, rating.labels):
        if value is not None:
            return value
    return None
