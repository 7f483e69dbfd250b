from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from annotate.models import Campaign, Study, StudyPlace, Task
from annotate.models.campaign import TaskState
from annotate.places import release_pairs, release_tasks


@transaction.atomic
def release_expired(*, campaign: Campaign | None = None, now: datetime | None = None) -> int:
    """Give back the places of tasks whose lease ran out; their drafts stay. Returns how many.

    A task that is being saved at this moment is left alone: the save extends its lease.
    """
    expired = Task.objects.filter(state=TaskState.OPEN, lease_until__lt=now or timezone.now())
    if campaign is not None:
        expired = expired.filter(campaign=campaign)
    rows = list(expired.select_for_update(of=("self",), skip_locked=True, no_key=True).order_by("pk"))
    release_tasks(rows)
    return len(rows)


@transaction.atomic
def release_expired_pairs(*, study: Study | None = None, now: datetime | None = None) -> int:
    """The same for the pairs of studies."""
    expired = StudyPlace.objects.filter(state=TaskState.OPEN, lease_until__lt=now or timezone.now())
    if study is not None:
        expired = expired.filter(pair__study=study)
    rows = list(expired.select_for_update(of=("self",), skip_locked=True, no_key=True).order_by("pk"))
    release_pairs(rows)
    return len(rows)
