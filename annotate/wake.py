"""Wake the default worker by a message. The rows are the truth: a broker that is away delays work and loses none."""

from __future__ import annotations

import structlog
from celery import current_app

log = structlog.get_logger(__name__)


def wake_importer(job_id: int) -> None:
    """Ask the default worker for one import job."""
    try:
        current_app.send_task("annotate.tasks.import_corpus_task", args=(job_id,), queue="default", ignore_result=True)
    except Exception as problem:  # any broker has its own exceptions; the sweep sends again
        log.warning("broker_away", task="import_corpus_task", job=job_id, error=str(problem))
