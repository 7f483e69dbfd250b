"""Celery: ids in, one action call, nothing else. A message only wakes a worker; the rows say what to do."""

from __future__ import annotations

from celery import shared_task

from annotate.actions.refresh_study_results import refresh_study_results
from annotate.actions.release_expired import release_expired, release_expired_pairs
from annotate.actions.run_import_job import run_import_job
from annotate.actions.sweep_imports import sweep_imports


@shared_task
def sweep_task() -> None:
    release_expired()
    release_expired_pairs()
    sweep_imports()


@shared_task
def import_corpus_task(job_id: int) -> None:
    run_import_job(job_id=job_id)


@shared_task
def refresh_study_results_task() -> None:
    refresh_study_results()
