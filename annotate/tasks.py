"""Celery: ids in, one action call, nothing else. A message only wakes a worker; the rows say what to do."""

from __future__ import annotations

from celery import shared_task

from annotate.actions.release_expired import release_expired


@shared_task
def sweep_task() -> None:
    release_expired()
