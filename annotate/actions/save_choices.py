from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from annotate.answers import NOTE_LENGTH
from annotate.models import Choice, StudyPlace, StudyQuestion
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
    """What the server now holds: the place's version, and of which operations it has heard."""

    version: int
    acknowledged: dict[UUID, int]
    lease_until: datetime | None


@transaction.atomic
def save_choices(
    *, place_id: int, user: User, operations: Sequence[Chosen], active_ms: int = 0, now: datetime | None = None
) -> SavedChoices:
    """Append the choices in order, all or none; those already here are acknowledged again, not repeated.

    The last one that arrives counts, from whichever window; those before it stay as revisions. Raises NoSuchTask,
    TaskClosed, PlaceGone, BadOperation.
    """
    now = now or timezone.now()
    place = locked_place(place_id, user)
    known = _known(place, operations)
    new = [operation for operation in operations if operation.op_id not in known]
    if new:
        hold_place(place, now)
        _append(place, new, now)
        place.version += len(new)
        known.update((operation.op_id, place.version) for operation in new)
    keep_time(place, active_ms, now)
    place.save(update_fields=["version", "state", "lease_until", "active_ms"])
    return SavedChoices(place.version, known, place.lease_until)


def _known(place: StudyPlace, operations: Sequence[Chosen]) -> dict[UUID, int]:
    known = {}
    found = Choice.objects.filter(op_id__in=[operation.op_id for operation in operations])
    for op_id, place_id in found.values_list("op_id", "place_id"):
        if place_id != place.pk:
            raise BadOperation("The id of this operation is in use.")
        known[op_id] = place.version
    return known


def _append(place: StudyPlace, operations: Sequence[Chosen], now: datetime) -> None:
    asked = set(StudyQuestion.objects.filter(study=place.pair.study_id).values_list("pk", flat=True))
    before = {row.question_id: row for row in Choice.objects.filter(place=place, current=True)}
    rows: list[Choice] = []
    seen: set[UUID] = set()
    for operation in operations:
        _check(operation, asked)
        if operation.op_id in seen:
            continue
        seen.add(operation.op_id)
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
        rows.append(row)
    replaced = {row.question_id for row in rows}
    Choice.objects.filter(place=place, current=True, question__in=replaced - {None}).update(current=False)
    if None in replaced:
        Choice.objects.filter(place=place, current=True, question=None).update(current=False)
    Choice.objects.bulk_create(rows)


def _check(operation: Chosen, asked: set[int]) -> None:
    if operation.kind == CHOOSE:
        if operation.question not in asked:
            raise BadOperation("The study does not ask this question.")
        if operation.value not in Better.values:
            raise BadOperation(f"{operation.value!r} is no answer; known: {', '.join(Better.values)}.")
    elif operation.kind != NOTE:
        raise BadOperation(f"{operation.kind!r} is no operation; known: {', '.join(KINDS)}.")
