"""Wake a worker by a message. The rows are the truth, so a broker that is away delays work and loses none."""

from __future__ import annotations

import structlog
from celery import current_app

log = structlog.get_logger(__name__)


def wake_gpu_worker() -> None:
    """Ask for one pass over the waiting shards."""
    _send("scoring.tasks.score_waiting_task", "gpu")


def wake_default_worker(task: str, *arguments: int) -> None:
    """Ask the default worker for a task by name, with ids."""
    _send(task, "default", *arguments)


def _send(task: str, queue: str, *arguments: int) -> None:
    try:
        current_app.send_task(task, args=arguments, queue=queue, ignore_result=True)
    except Exception as problem:  # any broker has its own exceptions; the sweep sends again
        log.warning("broker_away", task=task, error=str(problem))


def welcome_gpu_worker() -> None:
    """Ask for the checkpoints to be registered and the synthetic sample to be scored, once."""
    _send("scoring.tasks.welcome_task", "gpu")
