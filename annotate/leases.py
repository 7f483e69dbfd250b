"""A task under its lock, and its lease."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from annotate.models import Task
from annotate.models.campaign import CampaignState, TaskState
from annotate.places import take_place
from annotate.refusals import NoSuchTask, PlaceGone, TaskClosed
from annotate.selectors.roles import rates
from evalsite.compiled import Compiled, Given
from people.models import User

_own: Compiled[Task] = Compiled(
    lambda: (
        Task.objects.select_for_update(of=("self",), no_key=True)
        .select_related("item__campaign", "item__conversation")
        .defer("item__campaign__instructions", "item__campaign__slice", "item__campaign__sampling")
        .defer("item__campaign__order_detail", "item__conversation__extra")
        .filter(pk=Given("task"), rater__user=Given("user"))
    )
)


def locked_task(task_id: int, user: User) -> Task:
    """The person's own task with its campaign and conversation, locked until the transaction ends. One query."""
    found = _own.first(task=task_id, user=user.pk)
    if found is None:
        raise NoSuchTask(_("There is no such task of yours."))
    return found


def already_over(task: Task) -> str:
    """Why nothing can be done with a task that is done."""
    if task.state == TaskState.SUBMITTED:
        return _("This conversation was already submitted.")
    return _("This conversation was already skipped.")


def hold(task: Task, user: User, now: datetime) -> None:
    """Make sure that a locked task has its place, and extend the lease; does not save the task.

    A task whose lease ran out takes its place again if nobody else has it: whoever comes back from lunch goes on,
    unless they rate in this campaign no more.
    """
    if task.state in (TaskState.SUBMITTED, TaskState.SKIPPED):
        raise TaskClosed(already_over(task))
    campaign = task.item.campaign
    is_open = campaign.state == CampaignState.OPEN
    if task.state == TaskState.RELEASED:
        if is_open and not rates(campaign, user):
            raise PlaceGone(_("You do not take part in this campaign any more. Your answers are kept as a draft."))
        if not is_open or not take_place(task.item_id):
            raise PlaceGone(
                _("The time for this conversation ran out and its place is taken. Your answers are kept as a draft.")
                if is_open
                else _("The campaign was closed. Your answers are kept as a draft.")
            )
        task.state = TaskState.OPEN
        task.lease_until = lease_end(task, now)
    elif is_open:  # in a closed campaign the last lease runs out
        task.lease_until = lease_end(task, now)


def lease_end(task: Task, now: datetime) -> datetime:
    """When a lease that is given or extended now ends."""
    return now + timedelta(minutes=task.item.campaign.lease_minutes)
