from __future__ import annotations

from django.db import transaction

from annotate.actions.run_import_job import UNFINISHED
from annotate.models import ImportJob
from annotate.wake import wake_importer
from people.actions.record import record
from people.models import User


@transaction.atomic
def cancel_import(*, job: ImportJob, by: User) -> None:
    """Ask an import to stop; nothing of it will be written. A finished one stays as it is."""
    asked = ImportJob.objects.filter(pk=job.pk, state__in=UNFINISHED, cancel_requested=False)
    if asked.update(cancel_requested=True):
        record(actor=by, verb="import.cancel", subject=f"import {job.pk}")
        # A waiting job is ended, and its files removed, by whoever claims it.
        transaction.on_commit(lambda: wake_importer(job.pk))
