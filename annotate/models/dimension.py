"""What is judged: a question with a scale, in versions, since a rating belongs to the words it answered."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy


class Unit(models.TextChoices):
    TURN = "turn", gettext_lazy("turn")
    CONVERSATION = "conversation", gettext_lazy("conversation")


class ValueKind(models.TextChoices):
    NUMBER = "number", gettext_lazy("a number on an ordered scale")
    LABEL = "label", gettext_lazy("one label")
    LABELS = "labels", gettext_lazy("a set of labels")


class Direction(models.TextChoices):
    HIGHER = "higher", gettext_lazy("higher is better")
    LOWER = "lower", gettext_lazy("lower is better")
    NONE = "none", gettext_lazy("no direction")


class Dimension(models.Model):
    """One aspect that people and models judge (interaction quality, sentiment, ...)."""

    key = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    unit = models.CharField(max_length=16, choices=Unit.choices)
    kind = models.CharField(max_length=16, choices=ValueKind.choices)
    direction = models.CharField(max_length=8, choices=Direction.choices, default=Direction.NONE)
    roles = ArrayField(models.CharField(max_length=16), default=list, help_text="Roles that may rate it.")

    def __str__(self) -> str:
        return self.name


class DimensionVersion(models.Model):
    """The words and the scale at one time. `scale` is a list of {value, label, description} in key order; a point may
    have an `example` and a `counter_example`, one line each: words to the rater as `guidance` is, no part of the scale.

    `null_reasons` are answers that give no value on purpose ("no claim"): list of {reason, label, description}.
    """

    dimension = models.ForeignKey(Dimension, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    question = models.CharField(max_length=300)
    guidance = models.TextField(blank=True)
    scale = models.JSONField()
    null_reasons = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dimension", "number"], name="one_version_per_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="versions_count_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.dimension_id} v{self.number}"
