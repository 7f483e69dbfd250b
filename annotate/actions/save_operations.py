from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.acknowledged import content_on_task
from annotate.actions.record_time import record_time
from annotate.chain import append, locked_rater
from annotate.leases import hold, locked_task
from annotate.models import KnowledgeSection, Rater, Rating, Task, TaskEvent, Turn
from annotate.operations import REVEAL, Desk, Operation, event_of
from annotate.questions import Target, questions_of
from annotate.refusals import BadOperation, StaleVersion
from evalsite.compiled import Compiled, Given
from people.models import User


@dataclass(frozen=True, slots=True)
class Saved:
    """What the server now holds: the task's version, per operation the version it made and its receipt."""

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
def save_operations(
    *,
    task_id: int,
    user: User,
    base: int,
    operations: Sequence[Operation],
    times: Mapping[int, int] | None = None,
    now: datetime | None = None,
) -> Saved:
    """Append the operations in order, all or none; those already here are acknowledged again, not repeated.

    base: the version of the task before the first operation of the batch. Raises NoSuchTask, TaskClosed, PlaceGone,
    StaleVersion (someone else wrote in between), BadOperation.
    """
    now = now or timezone.now()
    rater = locked_rater(user) if operations else None  # before the task, as everywhere
    task = locked_task(task_id, user)
    known = known_operations(task, [operation.op_id for operation in operations])
    new = [operation for operation in operations if operation.op_id not in known]
    if new and rater:
        hold(task, user, now)
        if task.version != base + len(known):
            raise StaleVersion(_("Something was saved elsewhere that this window has not seen."))
        desk = _desk(task, user, new, now)
        for operation in new:
            desk.apply(operation)
        known |= _write(rater, task, desk)
    if times:
        record_time(task=task, times=times, now=now)
    return Saved(
        task.version,
        {op_id: event.version for op_id, event in known.items()},
        task.lease_until,
        {op_id: event.receipt for op_id, event in known.items()},
    )


def known_operations(task: Task, op_ids: Sequence[UUID]) -> dict[UUID, TaskEvent]:
    """Those of the ids that the task has acknowledged before, with version and receipt. One query."""
    found = TaskEvent.objects.filter(op_id__in=op_ids).only("op_id", "task_id", "version", "receipt")
    known = {event.op_id: event for event in found}
    if any(event.task_id != task.pk for event in known.values()):
        raise BadOperation(_("The id of this operation is in use."))
    return known


def _desk(task: Task, user: User, new: Sequence[Operation], now: datetime) -> Desk:
    campaign, conversation = task.item.campaign, task.item.conversation
    revealed = conversation.turn_count - 1
    turns = _turns(conversation=conversation.pk)
    if campaign.hindsight_free:
        revealed = revealed_turn(task)
    undone = [operation.of for operation in new if operation.of]
    rows = _revisions(task=task.pk) if undone else _current(task=task.pk)
    index_of: dict[int | None, int | None] = {turn.pk: turn.index for turn in turns} | {None: None}
    current: dict[Target, Rating] = {
        (index_of[row.turn_id], row.dimension_version_id): row for row in rows if row.current
    }
    undoable: dict[UUID, tuple[Target, Rating | None]] = {}
    if undone:
        by_pk = {row.pk: row for row in rows}
        for event in TaskEvent.objects.filter(task=task, op_id__in=undone):
            if "rating" in event.detail:
                target = (event.detail["turn"], event.detail["question"])
                undoable[event.op_id] = (target, by_pk.get(event.detail["before"]))
    return Desk(
        task=task,
        questions={row.dimension_version_id: row for row in questions_of(campaign.pk, role=user.role)},
        turns={turn.index: turn for turn in turns},
        current=current,
        undoable=undoable,
        revealed=revealed,
        now=now,
        sections=_sections(task) if any(operation.evidence for operation in new) else [],
    )


def _sections(task: Task) -> list[KnowledgeSection]:
    return list(KnowledgeSection.objects.filter(conversation=task.item.conversation_id).order_by("speaker", "position"))


_COLUMNS = (
    "turn", "dimension_version", "number", "label", "labels", "reason", "note", "evidence",
    "revision", "current",
)  # fmt: skip
_turns: Compiled[Turn] = Compiled(
    lambda: Turn.objects.filter(conversation=Given("conversation")).only("index", "speaker", "conversation_id")
)
_revisions: Compiled[Rating] = Compiled(lambda: Rating.objects.filter(task=Given("task")).only(*_COLUMNS))
_current: Compiled[Rating] = Compiled(lambda: Rating.objects.filter(task=Given("task"), current=True).only(*_COLUMNS))


def revealed_turn(task: Task) -> int:
    """The last turn that a hindsight-free task has shown: the first one, before any was asked for. One query."""
    asked = TaskEvent.objects.filter(task=task, kind=REVEAL).order_by("-version").first()
    return int(asked.detail["turn"]) if asked else 0


# Both rows in one statement: a receipt must not make a save slower by more than the lock it needs.
_KEEP = """
WITH kept AS (UPDATE annotate_task SET version = %s, state = %s, lease_until = %s WHERE id = %s)
UPDATE annotate_rater SET receipts = %s, receipt = %s WHERE id = %s
"""


def _write(rater: Rater, task: Task, desk: Desk) -> dict[UUID, TaskEvent]:
    replaced = [step.before.pk for step in desk.steps if step.before is not None and step.before.pk]
    if replaced:
        Rating.objects.filter(pk__in=replaced).update(current=False)
    ratings = [step.after for step in desk.steps if step.after is not None]
    Rating.objects.bulk_create(ratings)
    events = [event_of(step, task=task, version=task.version + place) for place, step in enumerate(desk.steps, 1)]
    made = {row.op_id: row for row in ratings}
    append(rater, [(event, content_on_task(event, task, made.get(event.op_id))) for event in events])
    TaskEvent.objects.bulk_create(events)
    task.version += len(events)
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            [task.version, task.state, task.lease_until, task.pk, rater.receipts, rater.receipt, rater.pk],
        )
    return {event.op_id: event for event in events}
