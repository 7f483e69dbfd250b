from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.acknowledged import content_on_pair, shown_on
from annotate.answers import NOTE_LENGTH
from annotate.chain import append, locked_rater
from annotate.models import Choice, Rater, StudyPlace, StudyQuestion, TaskEvent
from annotate.models.study import Better
from annotate.refusals import BadOperation
from annotate.study_leases import hold_place, keep_time, locked_place
from people.models import User

CHOOSE, NOTE = "choose", "note"
KINDS = (CHOOSE, NOTE)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a judge's window sends: an answer to a question, or the note on the pair (`question` None)."""

    op_id: UUID
    kind: str
    question: int | None = None
    value: str = ""
    note: str = ""
    client_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SavedChoices:
    """What the server now holds: the place's version, per operation the version it made and its receipt."""

    version: int
    acknowledged: dict[UUID, int]
    lease_until: datetime | None
    receipts: dict[UUID, str] = field(default_factory=dict)

    @property
    def receipt(self) -> str:
        """The receipt of the last of the operations; empty where there was none."""
        last = max(self.acknowledged, key=self.acknowledged.__getitem__, default=None)
        return self.receipts[last] if last else ""


@transaction.atomic
def save_choices(
    *, place_id: int, user: User, operations: Sequence[Chosen], active_ms: int = 0, now: datetime | None = None
) -> SavedChoices:
    """Append the choices in order, all or none; those already here are acknowledged again, not repeated.

    The last one that arrives counts, from whichever window; those before it stay as revisions. Raises NoSuchTask,
    TaskClosed, PlaceGone, BadOperation.
    """
    now = now or timezone.now()
    rater = locked_rater(user) if operations else None  # before the place, as everywhere
    place = locked_place(place_id, user)
    known = known_on_pair(place, [operation.op_id for operation in operations])
    new = {operation.op_id: operation for operation in operations if operation.op_id not in known}
    if new and rater:
        hold_place(place, user, now)
        known |= _append(rater, place, list(new.values()), now)
    keep_time(place, active_ms, now)
    place.save(update_fields=["version", "state", "lease_until", "active_ms"])
    return SavedChoices(
        place.version,
        {op_id: event.version for op_id, event in known.items()},
        place.lease_until,
        {op_id: event.receipt for op_id, event in known.items()},
    )


def known_on_pair(place: StudyPlace, op_ids: Sequence[UUID]) -> dict[UUID, TaskEvent]:
    """Those of the ids that were acknowledged on this place before, with version and receipt. One query.

    Raises BadOperation where one was acknowledged elsewhere.
    """
    found = TaskEvent.objects.filter(op_id__in=op_ids).only("op_id", "study_place_id", "version", "receipt")
    known = {event.op_id: event for event in found}
    if any(event.study_place_id != place.pk for event in known.values()):
        raise BadOperation(_("The id of this operation is in use."))
    return known


def _append(rater: Rater, place: StudyPlace, operations: Sequence[Chosen], now: datetime) -> dict[UUID, TaskEvent]:
    asked = set(StudyQuestion.objects.filter(study=place.pair.study_id).values_list("pk", flat=True))
    before = {row.question_id: row for row in Choice.objects.filter(place=place, current=True)}
    steps: list[tuple[Choice, Choice | None]] = []
    for operation in operations:
        _check(operation, asked)
        question = operation.question if operation.kind == CHOOSE else None
        old = before.get(question)
        if old is not None:
            old.current = False
        row = Choice(
            place=place,
            question_id=question,
            answer=operation.value if operation.kind == CHOOSE else "",
            note=operation.note[:NOTE_LENGTH] if operation.kind == NOTE else "",
            revision=old.revision + 1 if old else 1,
            op_id=operation.op_id,
            client_at=operation.client_at,
            made_at=now,
        )
        before[question] = row
        steps.append((row, old))
    Choice.objects.filter(pk__in=[old.pk for _, old in steps if old and old.pk]).update(current=False)
    Choice.objects.bulk_create(row for row, _ in steps)
    return _acknowledge(rater, place, steps, operations, now)


def _acknowledge(
    rater: Rater,
    place: StudyPlace,
    steps: Sequence[tuple[Choice, Choice | None]],
    operations: Sequence[Chosen],
    now: datetime,
) -> dict[UUID, TaskEvent]:
    shown = shown_on([place])[place.pk]
    links = []
    for (row, old), operation in zip(steps, operations, strict=True):
        place.version += 1
        # It names revisions, never answers: erasing a person need not touch it.
        detail = {"question": row.question_id, "choice": row.pk, "before": old.pk if old else None}
        event = TaskEvent(
            op_id=row.op_id, study_place=place, version=place.version, kind=operation.kind, detail=detail, at=now,
            client_at=row.client_at,
        )  # fmt: skip
        links.append((event, content_on_pair(event, place, row, shown)))
    append(rater, links)
    TaskEvent.objects.bulk_create(event for event, _ in links)
    rater.save(update_fields=["receipts", "receipt"])
    return {event.op_id: event for event, _ in links}


def _check(operation: Chosen, asked: set[int]) -> None:
    if operation.kind == CHOOSE:
        if operation.question not in asked:
            raise BadOperation(_("The study does not ask this question."))
        if operation.value not in Better.values:
            raise BadOperation(
                _("“%(operation)s” is no answer; known: %(known)s.")
                % {"operation": operation.value, "known": ", ".join(Better.values)}
            )
    elif operation.kind != NOTE:
        raise BadOperation(
            _("“%(kind)s” is no operation; known: %(known)s.") % {"kind": operation.kind, "known": ", ".join(KINDS)}
        )
