"""Maps from a metric's raw values to the human scale."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from annotate.models import Campaign, Corpus
from scoring.models.checkpoint import Checkpoint


class CalibrationState(models.TextChoices):
    QUEUED = "queued", gettext_lazy("queued")
    FITTED = "fitted", gettext_lazy("fitted")
    FAILED = "failed", gettext_lazy("failed")


class Calibration(models.Model):
    """A monotone map from a checkpoint's raw values to the human scale, with what it was fitted on.

    One that a scientist asked for is fitted and looked at before it may be put in force; none is ever changed.
    """

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="calibrations")
    signature = models.TextField(help_text="Signature of the predictions it maps.")
    map = models.JSONField(help_text="What scoring.metrics.calibration.Calibration writes: knots and its report.")
    fitted_on = models.JSONField(help_text="Corpus, turns and conversations.")
    curve = models.JSONField(default=list, help_text="Reliability on ratings not seen: bins of scoring.correlation.")
    corpus = models.ForeignKey(Corpus, on_delete=models.SET_NULL, null=True, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, related_name="+")
    release = models.ForeignKey("Release", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=CalibrationState.choices, default=CalibrationState.FITTED)
    reason = models.TextField(blank=True, help_text="Why it could not be fitted, in words.")
    active = models.BooleanField(default=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "signature"], condition=Q(active=True), name="one_active_calibration"
            ),
            models.CheckConstraint(
                condition=Q(active=False) | Q(state=CalibrationState.FITTED),
                name="only_a_fitted_calibration_is_in_force",
            ),
            models.UniqueConstraint(
                fields=["checkpoint", "corpus", "campaign", "release"],
                condition=Q(state=CalibrationState.QUEUED),
                nulls_distinct=False,
                name="one_waiting_calibration_of_a_kind",
            ),
        ]
