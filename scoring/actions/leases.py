"""What holds a part of a run while a worker works on it: the lease, kept alive, checked, given back or failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from scoring.actions.finish_run import finish_run
from scoring.metrics.api import Unavailable
from scoring.models import Run, Shard, ShardState

log = structlog.get_logger(__name__)
_LOOK_EVERY_SECONDS = 1.0


class Cancelled(Exception):
    """The run was cancelled, or the worker is stopping, between two batches."""


class LeaseLost(Exception):
    """Another worker took the shard over; this one's work is thrown away."""


@contextmanager
def working_on(shard: Shard, *, for_good: tuple[type[Exception], ...] = (Unavailable,)) -> Iterator[Callable[[], None]]:
    """Around the work on a claimed shard: whatever goes wrong in it is kept in the shard and the run, and the worker
    lives on. Afterwards the run is finished, where this was its last part.

    Gives what the writing transaction calls, after `fence`, once all is written: the shard is done.
    for_good: what would happen again; anything else is tried again until SHARD_ATTEMPTS.
    """
    started = time.monotonic()

    def done() -> None:
        Shard.objects.filter(pk=shard.pk).update(
            state=ShardState.DONE, lease=None, lease_until=None, error="", seconds=time.monotonic() - started
        )

    try:
        yield done
    except Cancelled:
        give_back(shard)
    except LeaseLost:
        log.info("shard_lease_lost", shard=shard.pk, run=shard.run_id)
    except for_good as problem:
        fail(shard, str(problem), for_good=True)
    except Exception as problem:
        log.exception("shard_failed", shard=shard.pk, run=shard.run_id)
        fail(shard, f"{type(problem).__name__}: {problem}", for_good=False)
    finish_run(run_id=shard.run_id)


def watch(shard: Shard, stopping: Callable[[], bool], *, seconds: float | None = None) -> Callable[[], None]:
    """Called before each batch: stop when asked to, keep the lease alive, notice when it was lost.

    seconds: for how long the lease is kept each time; SHARD_LEASE_SECONDS where nothing is said.
    The function that is returned raises Cancelled, LeaseLost.
    """
    looked = 0.0
    length = timedelta(seconds=seconds or settings.SHARD_LEASE_SECONDS)

    def before_batch() -> None:
        nonlocal looked
        if stopping():
            raise Cancelled
        if time.monotonic() - looked < _LOOK_EVERY_SECONDS:
            return
        looked = time.monotonic()
        mine = Shard.objects.filter(pk=shard.pk, lease=shard.lease, state=ShardState.WAITING)
        kept = mine.update(lease_until=timezone.now() + length)
        if not kept:
            raise LeaseLost
        if Run.objects.filter(pk=shard.run_id, cancel_requested=True).exists():
            raise Cancelled

    return before_batch


def fence(shard: Shard) -> None:
    """Inside the writing transaction: the lease is still ours. Raises LeaseLost."""
    mine = Shard.objects.select_for_update().filter(pk=shard.pk, lease=shard.lease, state=ShardState.WAITING).first()
    if mine is None:
        raise LeaseLost


def give_back(shard: Shard) -> None:
    """Drop the lease without counting the attempt: a cancelled run's shard is cancelled, else it waits again."""
    with transaction.atomic():
        cancelled = Run.objects.filter(pk=shard.run_id, cancel_requested=True).exists()
        Shard.objects.filter(pk=shard.pk, lease=shard.lease, state=ShardState.WAITING).update(
            state=ShardState.CANCELLED if cancelled else ShardState.WAITING,
            lease=None,
            lease_until=None,
            attempts=F("attempts") - 1,
        )


def fail(shard: Shard, error: str, *, for_good: bool) -> None:
    """Note the error; the part is tried again until SHARD_ATTEMPTS, unless it failed for good."""
    gone = for_good or shard.attempts >= settings.SHARD_ATTEMPTS
    Shard.objects.filter(pk=shard.pk, lease=shard.lease, state=ShardState.WAITING).update(
        state=ShardState.FAILED if gone else ShardState.WAITING, lease=None, lease_until=None, error=error[:2000]
    )
