from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from annotate.acknowledged import content_on_task
from annotate.actions.judge_known import judge_known
from annotate.actions.save_operations import known_operations
from annotate.chain import append, locked_rater
from annotate.leases import already_over, locked_task
from annotate.models import Task, TaskEvent
from annotate.models.campaign import TaskState
from annotate.places import give_back_places
from annotate.refusals import BadSkip, TaskClosed
from people.models import User

OTHER = "other"
REASONS: dict[str, str] = {
    "cannot_judge": noop("I cannot judge this"),
    "broken": noop("Broken or unreadable"),
    "language": noop("A language I do not know"),
    "upsetting": noop("Upsetting content"),
    "conflict": noop("I know the people or the data"),
    OTHER: noop("Something else (say what)"),
}
READS = "reads"  # chosen by nobody: the rater was given a campaign to read (annotate/actions/end_readers_drafts.py)
SKIPPED_FOR = REASONS | {READS: noop("May read what others said of it")}


def check_reason(reason: str, note: str) -> None:
    """Raises BadSkip: no such reason, or another one without words."""
    if reason not in REASONS:
        raise BadSkip(
            _("“%(reason)s” is no reason to skip; known: %(known)s.") % {"reason": reason, "known": ", ".join(REASONS)}
        )
    if reason == OTHER and not note.strip():
        raise BadSkip(_("Say in a few words why."))


@transaction.atomic
def skip_task(
    *,
    task_id: int,
    user: User,
    op_id: UUID,
    reason: str,
    note: str = "",
    client_at: datetime | None = None,
    now: datetime | None = None,
) -> Task:
    """Give a task back for a reason; it is never offered to this rater again, and others may take it.

    Needs no base: nothing that was saved is lost by it. Raises NoSuchTask, TaskClosed, BadSkip.
    """
    now = now or timezone.now()
    rater = locked_rater(user)
    task = locked_task(task_id, user)
    if known_operations(task, [op_id]):
        return task
    check_reason(reason, note)
    if task.state in (TaskState.SUBMITTED, TaskState.SKIPPED):
        raise TaskClosed(already_over(task))
    held_a_place = task.state == TaskState.OPEN
    task.state, task.lease_until = TaskState.SKIPPED, None
    task.skip_reason, task.skip_note = reason, note.strip()[:1000]
    task.version += 1
    task.save(update_fields=["state", "lease_until", "skip_reason", "skip_note", "version"])
    event = TaskEvent(
        op_id=op_id,
        task=task,
        version=task.version,
        kind="skip",
        detail={"reason": reason},
        client_at=client_at,
        at=now,
    )
    append(rater, [(event, content_on_task(event, task, None))])
    event.save(force_insert=True)
    rater.save(update_fields=["receipts", "receipt"])
    if held_a_place:
        give_back_places([task.item_id])
    judge_known(task=task, now=now)
    return task
