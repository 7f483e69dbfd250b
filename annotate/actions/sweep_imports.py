from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from annotate.actions.run_import_job import UNFINISHED
from annotate.models import ImportJob
from annotate.wake import wake_importer

_A_MESSAGE_TAKES = timedelta(seconds=10)


def sweep_imports() -> None:
    """Send again for every import that nobody works on: its message was lost, or its worker was killed."""
    now = timezone.now()
    free = Q(lease_until__isnull=True, created_at__lt=now - _A_MESSAGE_TAKES) | Q(lease_until__lt=now)
    for job_id in ImportJob.objects.filter(free, state__in=UNFINISHED).values_list("pk", flat=True)[:20]:
        wake_importer(job_id)
