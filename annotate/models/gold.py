"""Answers that are known beforehand: what they are, how they are mixed in, and how each rater stands by them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from annotate.models.campaign import Campaign, CampaignItem
from annotate.models.corpus import Turn
from annotate.models.dimension import DimensionVersion


class Below(models.TextChoices):
    """What happens to a rater below the mark."""

    NOTE = "note", gettext_lazy("only the administrators see it")
    WARN = "warn", gettext_lazy("the rater is told to read the instructions again")
    PAUSE = "pause", gettext_lazy("the rater is paused until an administrator has looked")


class GoldPlan(models.Model):
    """How a campaign uses known answers. Shares are whole percents."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="gold_plan")
    rate = models.PositiveSmallIntegerField(default=0, help_text="Of a rater's tasks, so many percent are gold.")
    mark = models.PositiveSmallIntegerField(default=70, help_text="Percent of gold answers that are as expected.")
    counts_from = models.PositiveSmallIntegerField(default=10, help_text="Gold answers before the mark is looked at.")
    below = models.CharField(max_length=8, choices=Below.choices, default=Below.NOTE)
    shows_own = models.BooleanField(default=False, help_text="Raters see their own accuracy, of days that are over.")
    training_mark = models.PositiveSmallIntegerField(default=70)
    training_attempts = models.PositiveSmallIntegerField(default=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rate__lte=50), name="at_most_half_is_gold"),
            models.CheckConstraint(condition=Q(mark__lte=100, training_mark__lte=100), name="marks_are_percents"),
            models.CheckConstraint(
                condition=Q(counts_from__gte=1, training_attempts__gte=1), name="gold_counts_from_one_on"
            ),
        ]

    def __str__(self) -> str:
        return f"gold of campaign {self.campaign_id}"


class KnownAnswer(models.Model):
    """Which answers to a question about a target are right (`turn` null: the conversation), and why.

    `accepted`: a list of values, labels, lists of labels or reasons; or {"from", "to"}, numbers with both ends.
    `say`: words shown with the turn, which makes it an attention item.
    """

    item = models.ForeignKey(CampaignItem, on_delete=models.CASCADE, related_name="known")
    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, null=True, related_name="+")
    dimension_version = models.ForeignKey(DimensionVersion, on_delete=models.PROTECT, related_name="+")
    accepted = models.JSONField()
    why = models.TextField(blank=True)
    say = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "turn", "dimension_version"], nulls_distinct=False, name="one_known_answer_per_question"
            ),
            models.CheckConstraint(
                condition=Q(say="") | Q(turn__isnull=False), name="words_of_attention_stand_with_a_turn"
            ),
        ]


class RaterStanding(models.Model):
    """How one rater stands in one campaign: training, warned, paused. No row: as everybody begins."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="standings")
    rater = models.ForeignKey("annotate.Rater", on_delete=models.PROTECT, related_name="standings")
    tried = models.PositiveSmallIntegerField(default=0, help_text="Attempts at the training round that did not pass.")
    more_attempts = models.PositiveSmallIntegerField(default=0, help_text="Given by an administrator.")
    passed_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    counts_since = models.DateTimeField(null=True, help_text="An administrator looked: only later answers count.")
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "rater"], name="a_rater_stands_once_in_a_campaign"),
        ]
