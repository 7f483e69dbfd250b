from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.models import Task
from annotate.models.campaign import TaskState
from annotate.places import release_tasks
from annotate.refusals import TaskClosed
from people.actions.record import record
from people.models import User


@transaction.atomic
def free_task(*, task: Task, by: User) -> Task:
    """Take the lease from whoever holds it: the place is free at once, the draft stays. Raises TaskClosed."""
    task = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if task.state != TaskState.OPEN:
        raise TaskClosed(_("This task is %(state)s; there is no lease to free.") % {"state": task.get_state_display()})
    release_tasks([task])
    record(actor=by, verb="task.free", subject=f"task {task.pk}", detail={"rater": task.rater_id})
    return task
