"""Human and model side by side, kept so that lists can be ordered by it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from annotate.models import Conversation, Corpus, DimensionVersion, Turn
from scoring.models.checkpoint import Checkpoint
from scoring.models.prediction import Prediction


class Comparison(models.Model):
    """Human against model on one turn, kept so that lists and queues sort by an index. Rebuilt from the rows.

    `model` and `human` are on the dimension's scale; `gap` is model minus human in units of the scale's width
    (-1..1); `surprise` ranks by how far the model lies outside what another rater would have said: -log10 of the
    chance of it under the rater model, or, where none can be fitted and the three fields of it are null, the gap in
    units of the raters' spread.
    """

    prediction = models.OneToOneField(Prediction, on_delete=models.CASCADE, primary_key=True, related_name="comparison")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+", db_index=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="comparisons", db_index=False)
    dimension_version = models.ForeignKey(DimensionVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    model = models.FloatField()
    human = models.FloatField()
    raters = models.PositiveIntegerField()
    spread = models.FloatField(null=True, help_text="Standard deviation of the raters, when two or more.")
    gap = models.FloatField()
    size = models.FloatField(help_text="The gap without its sign.")
    surprise = models.FloatField(default=0)
    usual_low = models.FloatField(null=True, help_text="Lower bound of what 95 % of further raters would say.")
    usual_high = models.FloatField(null=True)
    as_far = models.FloatField(null=True, help_text="Share of people's own ratings as far from the others' of an item.")

    class Meta:
        indexes = [
            models.Index(fields=["corpus", "checkpoint", "-size", "prediction"], name="by_gap"),
            models.Index(fields=["corpus", "checkpoint", "-surprise", "prediction"], name="by_surprise"),
            models.Index(fields=["conversation", "checkpoint"], name="of_a_conversation"),
        ]

    @property
    def usual(self) -> tuple[float, float] | None:
        """What another person would say, 95 %, within the scale; None where no rater model could be fitted."""
        if self.usual_low is None or self.usual_high is None:
            return None
        points = [point["value"] for point in self.dimension_version.scale]
        return max(self.usual_low, min(points)), min(self.usual_high, max(points))

    @property
    def beyond_people(self) -> bool:
        """The model lies outside of it."""
        known = self.usual_low is not None and self.usual_high is not None
        return known and not self.usual_low <= self.model <= self.usual_high  # type: ignore[operator]


class ConversationGap(models.Model):
    """The gaps of one conversation under one checkpoint: their mean size, which next and previous walk along, and their
    profile, by which conversations that diverge alike are found (`scoring.likeness` has the rule)."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="gaps", db_index=False)
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+", db_index=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="+", db_index=False)
    turns = models.PositiveIntegerField()
    mean_size = models.FloatField()
    profile = ArrayField(models.FloatField(), null=True, help_text="People minus model at likeness.POINTS places.")
    diverges_at = models.PositiveIntegerField(null=True, help_text="Index of the first turn that diverges.")
    diverges = models.FloatField(default=1, help_text="Its place among the compared turns, 0 to 1; 1 for none.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "checkpoint"], name="one_gap_per_conversation_and_checkpoint"
            )
        ]
        indexes = [models.Index(fields=["corpus", "checkpoint", "-mean_size", "conversation"], name="by_mean_gap")]


class ComparisonState(models.Model):
    """Up to which rating, submitted task and prediction the comparisons of a corpus and checkpoint are true.

    A draft is a row before it is a rating, so that the newest row alone does not tell that a task was submitted since.
    """

    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="+")
    rating_seen = models.BigIntegerField(default=0)
    tasks_seen = models.BigIntegerField(default=0, help_text="How many tasks of the corpus were submitted.")
    maps_seen = models.BigIntegerField(default=0, help_text="The newest map between versions of dimensions.")
    predictions_seen = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["corpus", "checkpoint"], name="one_state_per_corpus_and_checkpoint")
        ]
