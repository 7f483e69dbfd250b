"""Runs, checkpoints and workers as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from scoring.metrics import registry
from scoring.models import Checkpoint, Run, RunState, Shard, ShardState, Worker


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. rate: turns a second over its finished parts; left: seconds to go, None when unknown."""

    percent: int
    rate: float | None
    left: float | None


def recent_runs(*, before: int | None = None) -> QuerySet[Run]:
    """Newest first, from run `before` on; slice it to a page. One query, checkpoint and corpus included."""
    found = Run.objects.select_related("checkpoint", "corpus", "requested_by").defer("checkpoint__card")
    if before is not None:
        found = found.filter(pk__lt=before)
    return found.order_by("-pk")


def progress_of(run: Run) -> Progress:
    """From the run's own counters: no query."""
    percent = 100 if run.state == RunState.DONE else int(100 * run.done / run.total) if run.total else 0
    until = run.finished_at or timezone.now()
    seconds = (until - run.started_at).total_seconds() if run.started_at else 0
    rate = run.done / seconds if run.done and seconds > 0 else None
    left = (run.total - run.done) / rate if rate and run.state == RunState.RUNNING else None
    return Progress(percent, rate, left)


def failed_shards(run: Run) -> QuerySet[Shard]:
    """The parts that failed, with what each met. One query."""
    return run.shards.filter(state=ShardState.FAILED).order_by("number")


def shard_counts(run: Run) -> dict[str, int]:
    """state -> parts; those held under a live lease are "in work". One query."""
    held = Q(lease_until__gt=timezone.now())
    rows = run.shards.values("state").annotate(all=Count("pk"), held=Count("pk", filter=held))
    counts = {row["state"]: row["all"] for row in rows}
    in_work = sum(row["held"] for row in rows if row["state"] == ShardState.WAITING)
    return {"in work": in_work, **counts, "waiting": counts.get("waiting", 0) - in_work}


def checkpoints_by_metric() -> list[tuple[registry.Description, list[Checkpoint]]]:
    """Every metric that the code knows, with its registered checkpoints (active first). One query."""
    rows = Checkpoint.objects.select_related("dimension_version__dimension").order_by("-active", "-created_at")
    found: dict[str, list[Checkpoint]] = {}
    for row in rows:
        found.setdefault(row.metric, []).append(row)
    return [(described, found.get(described.name, [])) for described in registry.describe_all()]


def usable_checkpoints() -> QuerySet[Checkpoint]:
    """What a run may be requested with, the active ones first. One query."""
    return Checkpoint.objects.filter(unavailable="").defer("card").order_by("-active", "metric", "-created_at")


def workers() -> list[tuple[Worker, bool]]:
    """(worker, alive) of every worker lately heard of. One query."""
    since = timezone.now() - timedelta(seconds=settings.WORKER_STALE_SECONDS)
    return [(row, row.beat_at > since) for row in Worker.objects.order_by("name")]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a gpu worker, and since when."""

    shards: int
    turns_runs: int
    oldest: datetime | None


def gpu_queue() -> Queue:
    """One query over the waiting shards."""
    row = Shard.objects.filter(state=ShardState.WAITING).aggregate(
        shards=Count("pk"), runs=Count("run", distinct=True), oldest=Min("run__created_at")
    )
    return Queue(row["shards"], row["runs"], row["oldest"])


def words_if_no_worker(queue: str) -> str:
    """Blank when a worker of the queue is alive; otherwise what a person should know and do. One query."""
    since = timezone.now() - timedelta(seconds=settings.WORKER_STALE_SECONDS)
    if Worker.objects.filter(beat_at__gt=since, queues__contains=[queue]).exists():
        return ""
    return (
        f"No {queue} worker has been heard of in the last {settings.WORKER_STALE_SECONDS} seconds. What you ask for is "
        f"kept and starts when one runs: make run, or celery -A evalsite worker -Q {queue}."
    )
