"""Who rates what: a campaign over a slice of a corpus, its items, and the task of one rater on one item."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotate.models.corpus import Conversation, Corpus
from annotate.models.dimension import DimensionVersion
from people.models import Role


class CampaignState(models.TextChoices):
    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class Order(models.TextChoices):
    RANDOM = "random", _("random, by seed")
    PRIORITY = "priority", _("most uncertain first")


class AgainTo(models.TextChoices):
    SAME = "same", _("whoever gave the rating")
    OTHERS = "others", _("anybody else of the campaign")


class Campaign(models.Model):
    """One round of rating: which conversations, which questions, how many raters, in which order."""

    name = models.CharField(max_length=200, unique=True)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="campaigns")
    slice = models.JSONField(default=dict, help_text="Filters on the corpus: split, topic, config, limit.")
    instructions = models.TextField(blank=True)
    overlap = models.PositiveSmallIntegerField(default=1)
    order = models.CharField(max_length=16, choices=Order.choices, default=Order.RANDOM)
    order_detail = models.JSONField(default=dict, help_text="Seed, or the checkpoint whose uncertainty ordered it.")
    sampling = models.JSONField(
        default=dict,
        blank=True,
        help_text="How items are drawn from the slice, and, once open, were; empty: all of it.",
    )
    state = models.CharField(max_length=8, choices=CampaignState.choices, default=CampaignState.DRAFT)
    lease_minutes = models.PositiveSmallIntegerField(default=30)
    hindsight_free = models.BooleanField(default=False, help_text="Turn t is rated before t+1 is sent.")
    open_to_all = models.BooleanField(default=True, help_text="Every annotator may take part.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    again_for = models.ForeignKey(
        "annotate.DimensionMap", on_delete=models.PROTECT, null=True, related_name="asked_again",
        help_text="Asks again what this map cannot tell.",
    )  # fmt: skip
    again_to = models.CharField(max_length=8, choices=AgainTo.choices, blank=True, default="")
    dimension_versions: models.ManyToManyField = models.ManyToManyField(DimensionVersion, through="CampaignDimension")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(overlap__gte=1), name="overlap_is_at_least_1")]

    def __str__(self) -> str:
        return self.name


class CampaignDimension(models.Model):
    """A question of a campaign, in its place. A required one must be answered before a task can be submitted."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="questions")
    dimension_version = models.ForeignKey(DimensionVersion, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    required = models.BooleanField(default=True)
    speakers = models.JSONField(default=list, blank=True, help_text="Only turns of these speakers; empty: all.")
    asks_evidence = models.BooleanField(
        default=False, help_text="A value must point at sentences of the speaker's reading set, or at own knowledge."
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "dimension_version"], name="a_campaign_asks_once"),
        ]


class Participant(models.Model):
    """A person's role in one campaign, where it is another than their own (annotate/selectors/roles.py)."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.ANNOTATOR)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "user"], name="a_person_takes_part_once"),
            models.CheckConstraint(
                condition=Q(role__in=[Role.ANNOTATOR, Role.SCIENTIST]), name="in_a_campaign_one_rates_or_reads"
            ),
        ]


class Purpose(models.TextChoices):
    WORK = "work", _("work")
    GOLD = "gold", _("gold, mixed in")  # its answers are known; handed out as if it were work
    TRAINING = "training", _("training")  # its answers are known; shown first, with feedback


LOOKS_LIKE_WORK = (Purpose.WORK, Purpose.GOLD)  # what nobody is told apart
EVERYBODY = 32_767  # places: as many as the column holds


class CampaignItem(models.Model):
    """A conversation to be rated by `required_raters` people; `taken` of the places are held or done.

    Gold and training have places for everybody (`EVERYBODY`): each rater may have them, none is counted as work.

    The check constraint is what makes k+1 raters impossible, whatever happens at once.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="items")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    required_raters = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)
    submitted = models.PositiveSmallIntegerField(default=0)
    turns = ArrayField(models.PositiveIntegerField(), null=True, help_text="Only these are asked about; null: all.")
    chance = models.FloatField(null=True, help_text="With which the draw took it, in (0, 1]; null: nothing was drawn.")
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.WORK)
    withdrawn = models.BooleanField(default=False, help_text="Known answers were wrong: not handed out, not counted.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "conversation"], name="one_item_per_conversation"),
            models.CheckConstraint(
                condition=Q(chance__isnull=True) | Q(chance__gt=0, chance__lte=1), name="what_was_drawn_had_a_chance"
            ),
            models.CheckConstraint(
                condition=Q(taken__lte=F("required_raters")), name="never_more_raters_than_required"
            ),
            models.CheckConstraint(condition=Q(submitted__lte=F("taken")), name="who_submitted_had_a_place"),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "position"],
                condition=Q(taken__lt=F("required_raters")),
                name="items_with_a_free_place",
            ),
            models.Index(fields=["campaign"], condition=~Q(purpose="work"), name="items_that_are_not_work"),
        ]


class ItemRater(models.Model):
    """Whose rating of the item's conversation is asked again; the campaign says whether of them or of others."""

    item = models.ForeignKey(CampaignItem, on_delete=models.CASCADE, related_name="raters_before")
    rater = models.ForeignKey("annotate.Rater", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "rater"], name="a_rater_is_asked_again_once")]


class TaskState(models.TextChoices):
    OPEN = "open", _("open")  # holds a place under a lease
    SUBMITTED = "submitted", _("submitted")  # holds a place for good
    SKIPPED = "skipped", _("skipped")  # place given back, never offered to this rater again
    RELEASED = "released", _("released")  # ran out or was freed: place given back, draft kept, may be claimed again


class Task(models.Model):
    """One rater on one item. Its place is counted in the item while open or submitted."""

    item = models.ForeignKey(CampaignItem, on_delete=models.PROTECT, related_name="tasks")
    # To be asked for only: PostgreSQL sets it from the item, by a trigger. Without it, what is said of the tasks of a
    # campaign read each of its items.
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="tasks", editable=False, db_index=False
    )
    rater = models.ForeignKey("annotate.Rater", on_delete=models.PROTECT, related_name="tasks")
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    lease_until = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0, help_text="Counts saved operations; a stale writer gets 409.")
    skip_reason = models.CharField(max_length=32, blank=True)
    skip_note = models.TextField(blank=True)
    claimed_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)
    purpose = models.CharField(
        max_length=8,
        choices=Purpose.choices,
        default=Purpose.WORK,
        help_text="The item's, so that ratings are told apart.",
    )
    attempt = models.PositiveSmallIntegerField(default=1, help_text="Of the training round; 1 for everything else.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "rater", "attempt"], name="one_task_per_item_rater_and_attempt"),
            models.CheckConstraint(
                condition=Q(attempt=1) | Q(purpose=Purpose.TRAINING), name="only_training_is_tried_again"
            ),
            models.CheckConstraint(
                condition=(Q(state=TaskState.OPEN) & Q(lease_until__isnull=False)) | ~Q(state=TaskState.OPEN),
                name="an_open_task_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state=TaskState.SKIPPED) | ~Q(skip_reason=""), name="a_skip_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["lease_until"], condition=Q(state=TaskState.OPEN), name="open_leases"),
            models.Index(fields=["rater", "state"]),
            models.Index(fields=["campaign", "rater"], name="tasks_of_a_campaign"),
        ]


class TaskEvent(models.Model):
    """One acknowledged operation on a task, or on a judge's place in a study: exactly one of the two.

    Sent twice with one op_id, it is there once, with the same answer. `place`, `digest` and `receipt` chain the
    operations of one rater (annotate/receipts.py), whatever they are on; `salt` is thrown away when the person is
    erased. Operations from before there were receipts have none of them.
    """

    op_id = models.UUIDField(unique=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="events")
    # No index of their own on this and on `rater`: the constraints below are them.
    study_place = models.ForeignKey(
        "annotate.StudyPlace", on_delete=models.PROTECT, null=True, related_name="events", db_index=False
    )
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)  # rate, clear, note, skip, submit, reopen; choose
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    client_at = models.DateTimeField(null=True)
    rater = models.ForeignKey("annotate.Rater", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    place = models.PositiveIntegerField(null=True)
    salt = models.CharField(max_length=32, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")
    receipt = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "version"], name="operations_of_a_task_are_numbered"),
            models.UniqueConstraint(fields=["study_place", "version"], name="operations_on_a_pair_are_numbered"),
            models.UniqueConstraint(fields=["rater", "place"], name="a_chain_of_receipts_does_not_fork"),
            models.CheckConstraint(
                condition=Q(task__isnull=False, study_place__isnull=True)
                | Q(task__isnull=True, study_place__isnull=False),
                name="an_operation_is_on_a_task_or_on_a_pair",
            ),
        ]
