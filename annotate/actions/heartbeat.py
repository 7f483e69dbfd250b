from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from annotate.actions.record_time import record_time
from annotate.leases import hold, locked_task
from annotate.models import Task
from people.models import User


@transaction.atomic
def heartbeat(*, task_id: int, user: User, times: Mapping[int, int] | None = None, now: datetime | None = None) -> Task:
    """Extend the lease of who is at work, and keep the time spent. Raises NoSuchTask, TaskClosed, PlaceGone."""
    now = now or timezone.now()
    task = locked_task(task_id, user)
    hold(task, user, now)
    task.save(update_fields=["state", "lease_until"])
    if times:
        record_time(task=task, times=times, now=now)
    return task
