from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.acknowledged import content_on_task
from annotate.actions.judge_known import judge_known
from annotate.actions.save_operations import known_operations, revealed_turn
from annotate.answers import CLEARED
from annotate.chain import append, locked_rater
from annotate.leases import hold, locked_task
from annotate.models import Rating, Task, TaskEvent, Turn
from annotate.models.campaign import TaskState
from annotate.places import count_submitted
from annotate.questions import is_asked, lacks_evidence, missing_answers, questions_of
from annotate.refusals import BadOperation, MissingAnswers, MissingEvidence, StaleVersion
from people.models import User


@transaction.atomic
def submit_task(
    *, task_id: int, user: User, op_id: UUID, base: int, client_at: datetime | None = None, now: datetime | None = None
) -> Task:
    """Say that a task is done; its place is kept for good. The same op_id twice is submitted once.

    base: the version the window has seen. Raises NoSuchTask, TaskClosed, PlaceGone, StaleVersion, MissingAnswers,
    MissingEvidence.
    """
    now = now or timezone.now()
    rater = locked_rater(user)
    task = locked_task(task_id, user)
    if known_operations(task, [op_id]):
        return task
    hold(task, user, now)
    if task.version != base:
        raise StaleVersion(_("Something was saved elsewhere that this window has not seen."))
    conversation = task.item.conversation
    if task.item.campaign.hindsight_free and revealed_turn(task) < conversation.turn_count - 1:
        raise BadOperation(_("Some turns of this conversation have not been shown yet."))
    questions = questions_of(task.item.campaign_id, role=user.role)
    rows = Rating.objects.filter(task=task, current=True).exclude(reason=CLEARED).select_related("turn")
    given = {(row.turn.index if row.turn else None, row.dimension_version_id): row for row in rows}
    turns = Turn.objects.filter(conversation=conversation).only("index", "speaker").order_by("index")
    missing = missing_answers(questions, [turn for turn in turns if is_asked(task.item, turn.index)], given)
    if missing:
        raise MissingAnswers(missing)
    asked = {question.dimension_version_id: question for question in questions}
    unproved = [target for target, row in given.items() if target[1] in asked and lacks_evidence(asked[target[1]], row)]
    if unproved:
        raise MissingEvidence(sorted(unproved, key=lambda target: (target[0] or 0, target[1])))
    task.state, task.submitted_at, task.lease_until = TaskState.SUBMITTED, now, None
    task.version += 1
    task.save(update_fields=["state", "submitted_at", "lease_until", "version"])
    event = TaskEvent(op_id=op_id, task=task, version=task.version, kind="submit", client_at=client_at, at=now)
    append(rater, [(event, content_on_task(event, task, None))])
    event.save(force_insert=True)
    rater.save(update_fields=["receipts", "receipt"])
    count_submitted(task.item_id)
    judge_known(task=task, now=now)
    return task
