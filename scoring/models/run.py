"""Runs, the shards that workers take of them, and the workers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from annotate.models import Corpus
from scoring.models.checkpoint import Checkpoint


class RunState(models.TextChoices):
    QUEUED = "queued", gettext_lazy("queued")
    RUNNING = "running", gettext_lazy("running")
    DONE = "done", gettext_lazy("done")
    FAILED = "failed", gettext_lazy("failed")
    CANCELLED = "cancelled", gettext_lazy("cancelled")


class RunKind(models.TextChoices):
    SCORE = "score", gettext_lazy("score conversations")
    TRAIN = "train", gettext_lazy("train a checkpoint")
    EMBED = "embed", gettext_lazy("work out the meaning of turns")


class Run(models.Model):
    """One request to score a slice or to embed a corpus (cut into shards), or to train. Counters are of turns (or
    training steps)."""

    kind = models.CharField(max_length=8, choices=RunKind.choices, default=RunKind.SCORE)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, null=True, related_name="runs")
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, null=True, related_name="runs")
    slice = models.JSONField(default=dict, blank=True, help_text="Filters on the corpus: split, topic, config, limit.")
    options = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    reason = models.TextField(blank=True, help_text="Why it failed, in words.")
    phase = models.CharField(max_length=200, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    unscored = models.PositiveIntegerField(default=0, help_text="Turns with a null value and its reason.")
    cancel_requested = models.BooleanField(default=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=RunKind.TRAIN)
                | Q(kind=RunKind.EMBED, corpus__isnull=False)
                | Q(checkpoint__isnull=False, corpus__isnull=False),
                name="a_scoring_run_has_a_checkpoint_and_a_corpus",
            ),
            models.UniqueConstraint(
                fields=["corpus"],
                condition=Q(kind="embed", state__in=("queued", "running")),
                name="one_embedding_run_at_a_time",
            ),
        ]


class ShardState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("waiting")
    DONE = "done", gettext_lazy("done")
    FAILED = "failed", gettext_lazy("failed")
    CANCELLED = "cancelled", gettext_lazy("cancelled")


class Shard(models.Model):
    """A few conversations of a run, claimed under a lease. `lease` is the fence: only its holder may write."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="shards")
    number = models.PositiveIntegerField()
    conversations = ArrayField(models.BigIntegerField())
    turn_count = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ShardState.choices, default=ShardState.WAITING)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    error = models.TextField(blank=True)
    seconds = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="shards_are_numbered")]
        indexes = [models.Index(fields=["lease_until"], condition=Q(state="waiting"), name="shards_waiting")]


class Worker(models.Model):
    """A worker process as it last said of itself. Written by a thread, since a busy worker answers no ping."""

    name = models.CharField(max_length=100, unique=True)
    queues = ArrayField(models.CharField(max_length=32))
    device = models.CharField(max_length=100, blank=True)
    memory_mb = models.PositiveIntegerField(default=0)
    device_memory_mb = models.PositiveIntegerField(null=True)
    loaded = models.CharField(max_length=200, blank=True)
    busy_with = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)
