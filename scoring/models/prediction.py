"""What a checkpoint said of a turn, its evidence, and what a scientist said of that."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from annotate.models import Conversation, DimensionVersion, Turn
from scoring.models.checkpoint import Checkpoint
from scoring.models.run import Run


class Prediction(models.Model):
    """One model judgement of a target. Null `value` comes with a `reason`; it is counted and shown.

    `value`, `low`, `high` are the metric's own (low, high: 80 % interval); `calibrated` is on the human scale.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="predictions")
    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, null=True, related_name="predictions", db_index=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="predictions")
    dimension_version = models.ForeignKey(
        DimensionVersion, on_delete=models.PROTECT, related_name="predictions", db_index=False
    )
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="predictions")
    signature = models.TextField()
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    calibrated = models.FloatField(null=True)
    reason = models.CharField(max_length=100, blank=True)
    input_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "turn", "checkpoint", "dimension_version", "signature"],
                nulls_distinct=False,
                name="one_prediction_per_target_and_head",
            ),
            models.CheckConstraint(
                condition=(Q(value__isnull=False) & Q(reason="")) | (Q(value__isnull=True) & ~Q(reason="")),
                name="a_prediction_has_a_value_or_a_reason",
            ),
        ]


class Evidence(models.Model):
    """What a metric shows for its score (tokens, question-answer pairs). Apart, so that lists stay light."""

    prediction = models.OneToOneField(Prediction, on_delete=models.CASCADE, primary_key=True, related_name="evidence")
    detail = models.JSONField()


class PairVerdict(models.Model):
    """A scientist's verdict on one question-answer pair of a metric's evidence."""

    class Verdict(models.TextChoices):
        REAL_CONFLICT = "real_conflict", gettext_lazy("real conflict")
        BAD_QUESTION = "bad_question", gettext_lazy("bad question")
        BAD_ANSWER = "bad_answer", gettext_lazy("bad answer")
        KNOWLEDGE_MISSING = "knowledge_missing", gettext_lazy("knowledge missing")

    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="pair_verdicts")
    pair = models.PositiveSmallIntegerField(help_text="Index of the pair in the evidence.")
    question = models.TextField()
    answer = models.TextField()
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prediction", "pair", "made_by"], name="one_verdict_per_pair_and_person")
        ]
