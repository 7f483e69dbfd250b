"""What people said: append-only revisions of ratings, the time they took, and verdicts over them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotate.models.campaign import Task
from annotate.models.corpus import Conversation, Corpus, Turn
from annotate.models.dimension import Dimension, DimensionVersion


class Rater(models.Model):
    """Who judged, under a pseudonym: a person of ours (`user`), or a role in imported data (`corpus`).

    A role such as "agent_2" or "rater-1" may have been filled by another person in each conversation.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="rater")
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, null=True, related_name="raters")
    pseudonym = models.CharField(max_length=100)
    receipts = models.PositiveIntegerField(default=0, help_text="Length of the chain of save receipts.")
    receipt = models.CharField(max_length=64, blank=True, default="", help_text="The last one.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["corpus", "pseudonym"], nulls_distinct=False, name="one_rater_per_corpus_and_pseudonym"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(corpus__isnull=True), name="a_rater_is_a_person_or_a_role"
            ),
        ]

    def __str__(self) -> str:
        return self.pseudonym


class Rating(models.Model):
    """One revision of one judgement of a target (a turn, or the conversation when `turn` is null).

    Exactly one of number, label, labels is set, as the dimension's kind asks; none of them with a `reason`.
    Revisions are only added. `current` marks the last one; a cleared answer is a current revision with reason
    "cleared". `task` is null for imported ratings, and `op_id` then too.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="ratings")
    # No index of their own on these: the partial ones below serve every read, and imports write 100,000 rows at once.
    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, null=True, related_name="ratings", db_index=False)
    dimension_version = models.ForeignKey(
        DimensionVersion, on_delete=models.PROTECT, related_name="ratings", db_index=False
    )
    rater = models.ForeignKey(Rater, on_delete=models.PROTECT, related_name="ratings")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="ratings", db_index=False)
    number = models.FloatField(null=True)
    label = models.CharField(max_length=100, null=True)
    labels = ArrayField(models.CharField(max_length=100), null=True)
    reason = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)
    evidence = models.JSONField(null=True, help_text="Sentences of the reading set that the answer points at.")
    origin = models.JSONField(null=True, help_text="What an imported release says besides: campaign, active_ms.")
    revision = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)
    op_id = models.UUIDField(null=True)
    made_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True, help_text="Tombstone: the person withdrew; value and note are gone.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "turn", "dimension_version", "rater", "task"],
                condition=Q(current=True),
                nulls_distinct=False,
                name="one_current_rating_per_target_question_and_rater",
            ),
            models.CheckConstraint(
                condition=(
                    Q(number__isnull=False, label__isnull=True, labels__isnull=True, reason="")
                    | Q(number__isnull=True, label__isnull=False, labels__isnull=True, reason="")
                    | Q(number__isnull=True, label__isnull=True, labels__isnull=False, reason="")
                    | (Q(number__isnull=True, label__isnull=True, labels__isnull=True) & ~Q(reason=""))
                ),
                name="a_rating_has_one_value_or_a_reason",
            ),
            models.UniqueConstraint(
                fields=["op_id"], condition=Q(op_id__isnull=False), name="one_rating_per_operation"
            ),
        ]
        indexes = [models.Index(fields=["task"], condition=Q(task__isnull=False), name="ratings_of_a_task")]


class TurnTime(models.Model):
    """Active milliseconds of one rater on one turn: visible page, cut after 60 s without input."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="times")
    turn_index = models.PositiveIntegerField()
    active_ms = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "turn_index"], name="one_time_per_turn")]


class Cause(models.TextChoices):
    MODEL = "model", _("the model is wrong")
    GUIDELINE = "guideline", _("the guideline is unclear")
    ITEM = "item", _("the item is hard or broken")
    RATER = "rater", _("a rater is wrong")


class Adjudication(models.Model):
    """A scientist's verdict on why the judgements of one target differ. The last one counts; originals stay, and so do
    earlier verdicts: a trigger refuses to delete one."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="adjudications")
    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, null=True, related_name="adjudications")
    dimension_version = models.ForeignKey(DimensionVersion, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=16, choices=Cause.choices)
    verdict = models.FloatField(null=True, help_text="The value that should stand, where one was given.")
    note = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    blind = models.BooleanField(null=True, help_text="Made before its maker saw who said what; null: not known.")
    current = models.BooleanField(default=True)
    told = models.TextField(blank=True, help_text="Words to the raters of the target; the note is for colleagues.")
    released_at = models.DateTimeField(null=True, help_text="Since when the raters of the target are shown it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "turn", "dimension_version"],
                condition=Q(current=True),
                nulls_distinct=False,
                name="one_current_verdict_per_target_and_dimension",
            )
        ]


class NamesSeen(models.Model):
    """A scientist asked who said what of a target before a verdict. In the audit log too."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, null=True, related_name="+")
    dimension = models.ForeignKey(Dimension, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "names seen"
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "turn", "dimension", "by"],
                nulls_distinct=False,
                name="a_person_asks_for_names_once",
            )
        ]


class Reply(models.Model):
    """What a rater says to a verdict over an own judgement. It opens the target for another reviewer."""

    adjudication = models.ForeignKey(Adjudication, on_delete=models.PROTECT, related_name="replies")
    rater = models.ForeignKey(Rater, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "replies"
        constraints = [
            models.UniqueConstraint(fields=["adjudication", "rater"], name="one_reply_per_verdict_and_rater"),
        ]
