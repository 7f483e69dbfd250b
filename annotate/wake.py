"""Wake a worker by a message. The rows are the truth: a broker that is away delays work and loses none."""

from __future__ import annotations

import structlog
from celery import current_app

log = structlog.get_logger(__name__)


def send(task: str, queue: str, *arguments: int) -> None:
    """One message; a broker that does not answer is logged, and the sweep sends again."""
    try:
        current_app.send_task(task, args=arguments, queue=queue, ignore_result=True)
    except Exception as problem:  # any broker has its own exceptions
        log.warning("broker_away", task=task, error=str(problem))


def wake_importer(job_id: int) -> None:
    """Ask the default worker for one import job."""
    send("annotate.tasks.import_corpus_task", "default", job_id)
