"""Releases: what was taken out, reproducibly."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from annotate.models import Campaign, Corpus


class ReleaseState(models.TextChoices):
    QUEUED = "queued", gettext_lazy("queued")
    RUNNING = "running", gettext_lazy("running")
    READY = "ready", gettext_lazy("ready")
    FAILED = "failed", gettext_lazy("failed")
    CANCELLED = "cancelled", gettext_lazy("cancelled")


class Release(models.Model):
    """An immutable file of data with a manifest. Once ready it is never written again; a notice may be added."""

    name = models.CharField(max_length=200)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="releases")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, related_name="releases")
    format = models.CharField(max_length=24)
    slice = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=ReleaseState.choices, default=ReleaseState.QUEUED)
    phase = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True)
    path = models.CharField(max_length=300, blank=True, help_text="Below the releases folder.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    manifest = models.JSONField(default=dict, blank=True)
    raters = ArrayField(models.BigIntegerField(), default=list, help_text="Our people whose ratings it holds.")
    pseudonym_key = models.CharField(
        max_length=64, default="", help_text="Secret; our people have other names in each release."
    )
    notice = models.TextField(blank=True, help_text="Said with every download, e.g. that a person was erased since.")
    withdrawn_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | (~Q(sha256="") & ~Q(path="") & Q(size__isnull=False)),
                name="a_ready_release_has_a_file_and_its_hash",
            )
        ]
