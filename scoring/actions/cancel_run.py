from __future__ import annotations

from django.db import transaction

from people.actions.record import record
from people.models import User
from scoring.actions.finish_run import finish_run
from scoring.models import Run, RunState


@transaction.atomic
def cancel_run(*, run: Run, by: User) -> None:
    """Ask a run to stop: waiting parts at once, a part in work before its next batch. A finished run stays as it is."""
    asked = Run.objects.filter(pk=run.pk, state__in=(RunState.QUEUED, RunState.RUNNING)).update(cancel_requested=True)
    if asked:
        record(actor=by, verb="run.cancel", subject=f"run {run.pk}")
        finish_run(run_id=run.pk)
