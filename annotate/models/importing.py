"""An import as it happens: the job, its uploaded files, and the conflicts it met."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from annotate.models.corpus import Conversation, Corpus


class JobState(models.TextChoices):
    QUEUED = "queued", gettext_lazy("queued")
    RUNNING = "running", gettext_lazy("running")
    DONE = "done", gettext_lazy("done")
    FAILED = "failed", gettext_lazy("failed")
    CANCELLED = "cancelled", gettext_lazy("cancelled")


class ImportJob(models.Model):
    """One import by upload, done by the default worker. `problems` lists every bad line and field."""

    corpus_key = models.SlugField(max_length=64)
    corpus_name = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=32)
    options = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    phase = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)
    problem_count = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict, blank=True)
    cancel_requested = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    corpus = models.ForeignKey(Corpus, on_delete=models.SET_NULL, null=True, related_name="imports")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)


class ImportFile(models.Model):
    """An uploaded file of a job; `path` is a random name under the uploads folder."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)


class ImportConflict(models.Model):
    """A conversation that arrived with other content than it has here. Nothing was changed."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="conflicts")
    job = models.ForeignKey(ImportJob, on_delete=models.SET_NULL, null=True, related_name="conflicts")
    arrived_hash = models.CharField(max_length=64)
    differences = models.JSONField(default=list)
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "arrived_hash"], name="a_conflict_is_listed_once")
        ]
