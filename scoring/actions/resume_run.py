from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from scoring.models import Run, RunState, Shard, ShardState
from scoring.wake import wake_gpu_worker


class NothingToResume(Exception):
    """The run is not stopped, or every part of it is done."""


@transaction.atomic
def resume_run(*, run: Run) -> Run:
    """Put the failed and cancelled parts of a stopped run back; what is done stays done."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state not in (RunState.FAILED, RunState.CANCELLED):
        raise NothingToResume(_("The run is %(state)s.") % {"state": run.state})
    again = Shard.objects.filter(run=run, state__in=(ShardState.FAILED, ShardState.CANCELLED)).update(
        state=ShardState.WAITING, attempts=0, error="", lease=None, lease_until=None
    )
    if not again:
        raise NothingToResume(_("Every part of the run is done."))
    run.state, run.reason, run.cancel_requested, run.finished_at = RunState.QUEUED, "", False, None
    run.save(update_fields=["state", "reason", "cancel_requested", "finished_at"])
    transaction.on_commit(wake_gpu_worker)
    return run
