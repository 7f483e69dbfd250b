"""Do a queued import: read the files, write the rows, all or nothing, and say on the job what happened."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from annotate.actions.import_corpus import ImportReport, import_corpus
from annotate.importing.dimensions import DimensionSpec
from annotate.importing.records import BadFile, ConversationRecord
from annotate.importing.registry import FORMATS, dimensions, reader
from annotate.models import Corpus, ImportJob
from annotate.models.importing import JobState

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=2)
ATTEMPTS = 3
_LOOK_EVERY_SECONDS = 0.5
UNFINISHED = (JobState.QUEUED, JobState.RUNNING)


class Cancelled(Exception):
    """Somebody asked for it; the transaction is rolled back, so nothing was written."""


class Taken(Exception):
    """The lease ran out and another worker has the job now: what this one did is rolled back."""


def run_import_job(*, job_id: int) -> None:
    """Import the job's files if it still waits. Called twice at once, one of the two does nothing."""
    job = _claim(job_id)
    if job is None:
        return
    progress = _Progress(job)
    try:
        progress("reading", 0, 0)
        files = _files(job)
        records = reader(job.format)(files)
        report, corpus = _write(job, records, dimensions(job.format, files), progress)
    except Cancelled:
        _end(job, state=JobState.CANCELLED, phase="cancelled; nothing was imported")
    except Taken:
        log.warning("import_lost_its_lease", job=job.pk)
    except BadFile as bad:
        found = [{"where": each.where, "field": each.field, "message": each.message} for each in bad.problems]
        _end(job, state=JobState.FAILED, phase="nothing was imported", problems=found, problem_count=bad.count)
    except Exception as problem:  # whatever else a file or the database does: the page says it
        log.exception("import_failed", job=job.pk)
        said = {"where": "the import", "field": "-", "message": f"{type(problem).__name__}: {problem}"[:1000]}
        _end(job, state=JobState.FAILED, phase="nothing was imported", problems=[said], problem_count=1)
    else:
        _end(job, state=JobState.DONE, phase="done", report=asdict(report), corpus=corpus, done=len(records))
    finally:
        progress.side.close()


def _claim(job_id: int) -> ImportJob | None:
    now = timezone.now()
    with transaction.atomic():
        job = (
            ImportJob.objects.select_for_update(skip_locked=True)
            .filter(pk=job_id, state__in=UNFINISHED)
            .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
            .first()
        )
        if job is None:
            return None
        if not job.cancel_requested and job.attempts < ATTEMPTS:
            job.state, job.attempts, job.lease_until = JobState.RUNNING, job.attempts + 1, now + LEASE
            job.save(update_fields=["state", "attempts", "lease_until"])
            return job
    if job.cancel_requested:
        _end(job, state=JobState.CANCELLED, phase="cancelled; nothing was imported")
    else:
        given_up = f"given up after {job.attempts} attempts: the worker died each time"
        said = {"where": "the import", "field": "-", "message": given_up}
        _end(job, state=JobState.FAILED, phase="nothing was imported", problems=[said], problem_count=1)
    return None


def _files(job: ImportJob) -> list[tuple[str, bytes]]:
    folder = Path(settings.UPLOADS)
    return [(file.name, (folder / file.path).read_bytes()) for file in job.files.order_by("pk")]


@transaction.atomic
def _write(
    job: ImportJob,
    records: list[ConversationRecord],
    brought: list[tuple[int, DimensionSpec]],
    progress: _Progress,
) -> tuple[ImportReport, Corpus]:
    corpus, _ = Corpus.objects.get_or_create(
        key=job.corpus_key,
        defaults={
            "name": job.corpus_name or job.corpus_key,
            "format": job.format,
            "licence": FORMATS[job.format].licence,
        },
    )
    report = import_corpus(
        corpus=corpus,
        records=records,
        imported_by=job.requested_by,
        job=job,
        dimensions=brought,
        progress=progress,
    )
    progress("committing", len(records), len(records), now=True)
    return report, corpus


class _Progress:
    """Writes how far the import is, and the lease, on a connection of its own: they show before it commits."""

    def __init__(self, job: ImportJob) -> None:
        self.job = job
        self.looked = 0.0
        self.side = connection.copy()

    def __call__(self, phase: str, done: int, total: int, *, now: bool = False) -> None:
        if not now and time.monotonic() - self.looked < _LOOK_EVERY_SECONDS:
            return
        self.looked = time.monotonic()
        with self.side.cursor() as cursor:
            cursor.execute(
                "UPDATE annotate_importjob SET phase = %s, done = %s, total = %s, lease_until = %s "
                "WHERE id = %s AND attempts = %s AND state = 'running' RETURNING cancel_requested",
                [phase, done, total, timezone.now() + LEASE, self.job.pk, self.job.attempts],
            )
            row = cursor.fetchone()
        if row is None:
            raise Taken
        if row[0]:
            raise Cancelled


def _end(job: ImportJob, **facts: Any) -> None:
    """The job's last words, unless another worker has it by now; its files are not needed any more."""
    mine = ImportJob.objects.filter(pk=job.pk, attempts=job.attempts, state__in=UNFINISHED)
    if mine.update(lease_until=None, finished_at=timezone.now(), **facts):
        for file in job.files.all():
            (Path(settings.UPLOADS) / file.path).unlink(missing_ok=True)
