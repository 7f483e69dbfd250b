"""Checkpoints: trained weights of a metric, and the decisions that made one active."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from annotate.models import Corpus, DimensionVersion


class Checkpoint(models.Model):
    """Weights (or a weightless program) that may be used, by the digest of their folder.

    `unavailable` holds the words a person reads when it cannot be loaded here; blank means it can.
    """

    metric = models.CharField(max_length=32, help_text="Name in scoring.metrics.registry.")
    name = models.CharField(max_length=100)
    digest = models.CharField(
        max_length=64, help_text="sha256 over the folder's files; of the code name if weightless."
    )
    path = models.CharField(max_length=300, blank=True, help_text="Folder, relative to one of the checkpoint roots.")
    signature = models.TextField(blank=True)
    dimension_version = models.ForeignKey(DimensionVersion, on_delete=models.PROTECT, related_name="+")
    config = models.JSONField(default=dict, blank=True)
    card = models.TextField(blank=True)
    research_only = models.BooleanField(default=False)
    active = models.BooleanField(default=False, help_text="The one that new runs of the metric take by default.")
    unavailable = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    trained_by = models.OneToOneField("Run", on_delete=models.SET_NULL, null=True, related_name="trained")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["metric", "digest"], name="one_checkpoint_per_digest"),
            models.UniqueConstraint(
                fields=["metric"], condition=Q(active=True), name="one_active_checkpoint_per_metric"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.name}"


class PromotionState(models.TextChoices):
    QUEUED = "queued", gettext_lazy("queued")
    PASSED = "passed", gettext_lazy("passed")
    REFUSED = "refused", gettext_lazy("refused")
    OVERRIDDEN = "overridden", gettext_lazy("overridden")


class Promotion(models.Model):
    """A request to make a checkpoint active, and what the gate decided from which figures. Never changed afterwards,
    but for an admin's override, which needs a reason."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="promotions")
    current = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, null=True, related_name="+")
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+")
    by_slice = models.CharField(
        max_length=10, blank=True, help_text="split, topic or config: its slices are protected."
    )
    state = models.CharField(max_length=10, choices=PromotionState.choices, default=PromotionState.QUEUED)
    decision = models.JSONField(default=dict)
    override_reason = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    overridden_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
