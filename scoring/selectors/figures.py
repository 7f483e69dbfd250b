"""Figures for monitoring: what waits, what runs, what failed."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from annotate.models import ImportJob, Task
from annotate.models.campaign import TaskState
from annotate.models.importing import JobState
from scoring.models import Release, ReleaseState, Run, RunState, Shard, ShardState, Worker


def figures() -> dict[str, tuple[str, float]]:
    """Name -> (what it is, value). Seven small counts, each on an index or a short table."""
    since = timezone.now() - timedelta(seconds=settings.WORKER_STALE_SECONDS)
    waiting = Shard.objects.filter(state=ShardState.WAITING)
    return {
        "shards_waiting": ("Parts of scoring runs that wait or are in work", waiting.count()),
        "runs_active": ("Runs queued or running", _count(Run, state__in=(RunState.QUEUED, RunState.RUNNING))),
        "runs_failed": ("Runs that failed", _count(Run, state=RunState.FAILED)),
        "workers_alive": ("Workers heard of lately", _count(Worker, beat_at__gt=since)),
        "tasks_open": ("Rating tasks held under a lease", _count(Task, state=TaskState.OPEN)),
        "imports_active": (
            "Imports queued or running",
            _count(ImportJob, state__in=(JobState.QUEUED, JobState.RUNNING)),
        ),
        "releases_active": (
            "Releases queued or running",
            _count(Release, state__in=(ReleaseState.QUEUED, ReleaseState.RUNNING)),
        ),
    }


def _count(model: type, **filters: object) -> int:
    return int(model.objects.filter(Q(**filters)).count())  # type: ignore[attr-defined]
