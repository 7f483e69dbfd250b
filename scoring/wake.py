"""Wake a worker of this app by a message (`annotate.wake`)."""

from __future__ import annotations

from annotate.wake import send as _send


def wake_gpu_worker() -> None:
    """Ask for one pass over the waiting shards."""
    _send("scoring.tasks.score_waiting_task", "gpu")


def wake_default_worker(task: str, *arguments: int) -> None:
    """Ask the default worker for a task by name, with ids."""
    _send(task, "default", *arguments)


def welcome_gpu_worker() -> None:
    """Ask for the checkpoints to be registered and the synthetic sample to be scored, once."""
    _send("scoring.tasks.welcome_task", "gpu")
