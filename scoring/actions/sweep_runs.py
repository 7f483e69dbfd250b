from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from scoring.actions.finish_run import finish_run
from scoring.models import Run, RunState, Shard, ShardState, Worker
from scoring.wake import wake_gpu_worker

_FORGET_WORKERS_AFTER = timedelta(hours=1)


def sweep_runs() -> None:
    """Repair what a lost message or a killed worker left: wake for shards with no live lease, close ended runs."""
    now = timezone.now()
    active = Run.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING))
    for run_id in active.exclude(shards__state=ShardState.WAITING, cancel_requested=False).values_list("pk", flat=True):
        finish_run(run_id=run_id)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    waiting = Shard.objects.filter(free, state=ShardState.WAITING, run__in=active, run__cancel_requested=False)
    # A worker that is busy with a shard takes the next by itself; only an idle one needs a message.
    idle = Worker.objects.filter(
        queues__contains=["gpu"], busy_with="", beat_at__gt=now - timedelta(seconds=settings.WORKER_STALE_SECONDS)
    )
    if waiting.exists() and idle.exists():
        wake_gpu_worker()
    Worker.objects.filter(beat_at__lt=now - _FORGET_WORKERS_AFTER).delete()
