"""The rows of a person's chain of receipts: what an operation's digest covers, how it is appended and read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from annotate.answers import value_of
from annotate.models import Rater, Rating, Task, TaskEvent
from annotate.receipts import START, digest_of, fresh_salt, next_receipt
from annotate.refusals import NoSuchTask
from evalsite.compiled import Compiled, Given
from people.models import User

AT_ONCE = 500
_of_user: Compiled[Rater] = Compiled(lambda: Rater.objects.select_for_update(no_key=True).filter(user=Given("user")))


def locked_rater(user: User) -> Rater:
    """The person's rater row with the head of the chain, locked: two windows append one after the other. One query."""
    found = _of_user.first(user=user.pk)
    if found is None:
        raise NoSuchTask(_("There is no such task of yours."))
    return found


def append(rater: Rater, task: Task, events: Sequence[TaskEvent], ratings: Mapping[UUID, Rating]) -> None:
    """Give each event its receipt and move the head on; saves neither. `rater` is locked, `ratings` go by op_id."""
    receipt = rater.receipt or START
    for event in events:
        rater.receipts += 1
        event.rater, event.place, event.salt = rater, rater.receipts, fresh_salt()
        event.digest = digest_of(content_of(event, task, ratings.get(event.op_id)), event.salt)
        event.receipt = receipt = next_receipt(receipt, event.digest)
    rater.receipt = receipt


def content_of(event: TaskEvent, task: Task, rating: Rating | None) -> dict[str, Any]:
    """What the digest covers: the operation, and the revision it made. The same from memory as from the database."""
    content: dict[str, Any] = {
        "op_id": str(event.op_id),
        "task": task.pk,
        "version": event.version,
        "kind": event.kind,
        "detail": event.detail,
        "at": _moment(event.at),
        "client_at": _moment(event.client_at),
    }
    if event.kind == "skip":
        content["note"] = task.skip_note
    if rating is not None:
        content["rating"] = {
            "id": rating.pk,
            "rater": rating.rater_id,
            "conversation": rating.conversation_id,
            "turn": rating.turn_id,
            "question": rating.dimension_version_id,
            "revision": rating.revision,
            "value": value_of(rating),
            "reason": rating.reason,
            "note": rating.note,
            "evidence": rating.evidence,
            "made_at": _moment(rating.made_at),
        }
    return content


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def links_of(rater: Rater) -> Iterator[tuple[TaskEvent, Rating | None]]:
    """The chain in its order, each event with its task and the revision it made. Two queries per 500 events."""
    last = 0
    while True:
        found = TaskEvent.objects.filter(rater=rater, place__gt=last).order_by("place")
        events = list(found.select_related("task__item__conversation")[:AT_ONCE])
        made = {row.op_id: row for row in Rating.objects.filter(op_id__in=[event.op_id for event in events])}
        yield from ((event, made.get(event.op_id)) for event in events)
        if len(events) < AT_ONCE:
            return
        last = events[-1].place or 0
