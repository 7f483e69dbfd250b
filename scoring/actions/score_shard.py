"""One shard: claim it, score outside any transaction, then write fenced by the lease and the input."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from annotate.models import Conversation
from scoring.actions.finish_run import finish_run
from scoring.actions.leases import fence, watch, working_on
from scoring.actions.store_predictions import store_predictions
from scoring.inputs import inputs_of
from scoring.metrics.api import Metric, Score
from scoring.models import Run, RunState, Shard, ShardState


def claim_shard(*, worker: str) -> Shard | None:
    """Take a lease on the next waiting shard: the lowest number of any active run, so that runs share fairly."""
    now = timezone.now()
    with transaction.atomic():
        shard = (
            Shard.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("run", "run__checkpoint")
            .filter(state=ShardState.WAITING, run__cancel_requested=False)
            .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
            .filter(run__state__in=(RunState.QUEUED, RunState.RUNNING))
            .order_by("number", "run_id")
            .first()
        )
        if shard is None:
            return None
        if shard.attempts >= settings.SHARD_ATTEMPTS:
            shard.state = ShardState.FAILED
            shard.error = shard.error or f"given up after {shard.attempts} attempts: the worker died each time"
            shard.save(update_fields=["state", "error"])
        else:
            shard.lease = uuid.uuid4()
            shard.lease_until = now + timedelta(seconds=settings.SHARD_LEASE_SECONDS)
            shard.attempts += 1
            shard.worker = worker
            shard.save(update_fields=["lease", "lease_until", "attempts", "worker"])
            Run.objects.filter(pk=shard.run_id, state=RunState.QUEUED).update(state=RunState.RUNNING, started_at=now)
    if shard.state == ShardState.FAILED:
        finish_run(run_id=shard.run_id)
    return shard


def score_shard(*, shard: Shard, load: Callable[..., Metric], stopping: Callable[[], bool] = lambda: False) -> None:
    """Score a claimed shard and write its Predictions, each turn exactly once.

    load: called with the run's checkpoint, and with its options by name.
    A failure is written to the shard (tried again until SHARD_ATTEMPTS); an unavailable metric fails the run.
    """
    if shard.state != ShardState.WAITING:
        return
    checkpoint = shard.run.checkpoint
    assert checkpoint is not None  # a constraint: a scoring run has a checkpoint
    with working_on(shard) as done:
        metric = load(checkpoint, **shard.run.options)
        conversations = _conversations(shard, grounded=metric.reads == "grounded")
        inputs = inputs_of(conversations, metric.reads)
        hashes = {conversation.pk: conversation.content_hash for conversation in conversations}
        scores = metric.score([each.example for each in inputs], before_batch=watch(shard, stopping))
        _check_aligned(scores, [len(each.turn_ids) for each in inputs])
        with transaction.atomic():
            _fence_all(shard, hashes)
            unscored = store_predictions(
                checkpoint=checkpoint, run=shard.run, metric=metric, inputs=inputs, scores=scores
            )
            done()
            Run.objects.filter(pk=shard.run_id).update(
                done=F("done") + shard.turn_count, unscored=F("unscored") + unscored
            )


def _conversations(shard: Shard, *, grounded: bool) -> list[Conversation]:
    related = ["turns", "sections"] if grounded else ["turns"]
    rows = Conversation.objects.filter(pk__in=shard.conversations).prefetch_related(*related)
    return sorted(rows, key=lambda row: row.position)


def _check_aligned(scores: Sequence[tuple[Score, ...]], expected: list[int]) -> None:
    if [len(each) for each in scores] != expected:
        raise RuntimeError("the metric gave scores that do not line up with the turns it was given")


def _fence_all(shard: Shard, hashes: dict[int, str]) -> None:
    """The lease is still ours, and the conversations are still what was scored."""
    fence(shard)
    now = dict(
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=hashes)
        .order_by("pk")
        .values_list("pk", "content_hash")
    )
    if now != hashes:
        raise RuntimeError("a conversation changed while it was being scored")
