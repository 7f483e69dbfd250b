from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from scoring.models import Run, RunState, Shard, ShardState

_ACTIVE = (RunState.QUEUED, RunState.RUNNING)


@transaction.atomic
def finish_run(*, run_id: int) -> None:
    """Close a run of which no shard waits any more; asking twice changes nothing.

    Waiting shards of a cancelled run are cancelled here, except those that a worker holds: it gives them back.
    """
    run = Run.objects.select_for_update().filter(pk=run_id, state__in=_ACTIVE).first()
    if run is None:
        return
    now = timezone.now()
    if run.cancel_requested:
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        Shard.objects.filter(free, run=run, state=ShardState.WAITING).update(state=ShardState.CANCELLED, lease=None)
    states = dict.fromkeys(Shard.objects.filter(run=run).values_list("state", flat=True).distinct())
    if ShardState.WAITING in states:
        return
    if ShardState.FAILED in states:
        failed = Shard.objects.filter(run=run, state=ShardState.FAILED).order_by("number")
        run.state, run.reason = (
            RunState.FAILED,
            f"{failed.count()} of {run.shards.count()} parts failed: {failed[0].error}",
        )
    elif ShardState.CANCELLED in states:
        run.state, run.reason = RunState.CANCELLED, ""
    else:
        run.state, run.reason = RunState.DONE, ""
    run.finished_at = now
    run.save(update_fields=["state", "reason", "finished_at"])
