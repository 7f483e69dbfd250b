"""Statistics that are computed in the background."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from annotate.models import Campaign, Corpus, Dimension


class AnalysisKind(models.TextChoices):
    WORKBENCH = "workbench", gettext_lazy("metric workbench")
    AGREEMENT = "agreement", gettext_lazy("agreement of raters")
    RATERS = "raters", gettext_lazy("raters")
    BUDGET = "budget", gettext_lazy("how many more ratings")


class Analysis(models.Model):
    """Statistics of one corpus (or one campaign) and dimension, computed by the default worker; pages only read
    `result`.

    `seen` says what ratings and predictions the result is of; where the data has gone on, it is computed again.
    """

    kind = models.CharField(max_length=10, choices=AnalysisKind.choices)
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+")
    dimension = models.ForeignKey(Dimension, on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="+")
    seen = models.CharField(max_length=100, blank=True)
    result = models.JSONField(null=True)
    problem = models.TextField(blank=True, help_text="Why it could not be computed, in words.")
    asked_at = models.DateTimeField(default=timezone.now)
    computed_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "corpus", "dimension", "campaign"], nulls_distinct=False, name="one_analysis_of_a_kind"
            )
        ]
