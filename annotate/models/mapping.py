"""How dimensions change: maps from the answers of one version to those of another, and what they make readable."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from annotate.models.campaign import Task
from annotate.models.corpus import Conversation, Turn
from annotate.models.dimension import DimensionVersion
from annotate.models.rating import Rater, Rating


class MapKind(models.TextChoices):
    RENAME = "rename", gettext_lazy("rename: every answer stays one answer of its own")
    MERGE = "merge", gettext_lazy("merge: answers come together, none gets lost")
    SPLIT = "split", gettext_lazy("split: some answers cannot be told and are asked again")


class DimensionMap(models.Model):
    """One change of dimensions, with who, when and why. Never altered (a trigger refuses it); ratings are not touched.

    The same `op_id` twice is one map. A later map of the same versions takes the place of an earlier one in reads.
    """

    kind = models.CharField(max_length=8, choices=MapKind.choices)
    why = models.TextField()
    op_id = models.UUIDField(unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"map {self.pk}"


class MapPart(models.Model):
    """What each answer of `source` is on `target`: {key: key, or null where it cannot be told}.

    Keys are those of annotate/mapping/answers.py, the same that the SQL function annotate_answer_key gives.
    """

    map = models.ForeignKey(DimensionMap, on_delete=models.PROTECT, related_name="parts")
    source = models.ForeignKey(DimensionVersion, on_delete=models.PROTECT, related_name="maps_from")
    target = models.ForeignKey(DimensionVersion, on_delete=models.PROTECT, related_name="maps_to")
    answers = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["map", "source", "target"], name="a_map_has_one_part_per_pair"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="a_version_is_not_mapped_to_itself"),
        ]


class Reading(models.Model):
    """As which other version the answers of a version can be read: derived from the maps, chains and all.

    `answers`: {key: {"number": ...} or {"label": ...} or {"reason": ...}}; what cannot be told is left out. `map` is
    the last one on the way; `forward`: along the maps, not back through a rename.
    """

    source = models.ForeignKey(DimensionVersion, on_delete=models.CASCADE, related_name="readings")
    target = models.ForeignKey(DimensionVersion, on_delete=models.CASCADE, related_name="+")
    map = models.ForeignKey(DimensionMap, on_delete=models.CASCADE, related_name="+")
    forward = models.BooleanField()
    answers = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="one_reading_per_pair_of_versions"),
        ]


class ReadRating(models.Model):
    """A view: every rating as what it says, and as every version that its answer can be read as (`map` not null).

    What cannot be told on a version has no row there. A rating has several rows: always ask for a `version`, or by
    `map`. Ratings are written to Rating alone.
    """

    rating = models.OneToOneField(Rating, on_delete=models.DO_NOTHING, primary_key=True, related_name="+")
    version = models.ForeignKey(DimensionVersion, on_delete=models.DO_NOTHING, related_name="+")
    map = models.ForeignKey(DimensionMap, on_delete=models.DO_NOTHING, null=True, related_name="+")
    forward = models.BooleanField()
    conversation = models.ForeignKey(Conversation, on_delete=models.DO_NOTHING, related_name="+")
    turn = models.ForeignKey(Turn, on_delete=models.DO_NOTHING, null=True, related_name="+")
    rater = models.ForeignKey(Rater, on_delete=models.DO_NOTHING, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.DO_NOTHING, null=True, related_name="+")
    number = models.FloatField(null=True)
    label = models.CharField(max_length=100, null=True)
    labels = ArrayField(models.CharField(max_length=100), null=True)
    reason = models.CharField(max_length=64)
    current = models.BooleanField()

    class Meta:
        managed = False
        db_table = "annotate_readrating"
