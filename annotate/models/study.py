"""Studies: two responses to one context, judged against each other by so many people, systems unseen."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from annotate.models.campaign import CampaignState, TaskState
from annotate.models.corpus import Conversation, Corpus


class Study(models.Model):
    """One comparison of systems: which of them, on which contexts, by how many judges a pair, in which order."""

    name = models.CharField(max_length=200, unique=True)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="studies")
    systems = ArrayField(models.CharField(max_length=100))
    contexts_wanted = models.PositiveIntegerField(null=True, help_text="So many contexts, drawn by seed; null: all.")
    instructions = models.TextField(blank=True)
    judges = models.PositiveSmallIntegerField(default=3)
    seed = models.PositiveIntegerField(default=1, help_text="Order of the pairs, and who stands on which side.")
    lease_minutes = models.PositiveSmallIntegerField(default=30)
    state = models.CharField(max_length=8, choices=CampaignState.choices, default=CampaignState.DRAFT)
    open_to_all = models.BooleanField(default=True, help_text="Every annotator may judge.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(condition=Q(judges__gte=1), name="a_study_has_at_least_1_judge"),
            models.CheckConstraint(condition=Q(systems__len__gte=2), name="a_study_has_at_least_2_systems"),
        ]

    def __str__(self) -> str:
        return self.name


class StudyJudge(models.Model):
    """A person who may judge in a study that is not open to every annotator."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="chosen")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "user"], name="a_judge_is_chosen_once")]


class StudyQuestion(models.Model):
    """A question of a study, in its place. Asked of every pair; each needs an answer before a pair is done."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    text = models.TextField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "position"], name="questions_of_a_study_are_numbered"),
            models.UniqueConstraint(fields=["study", "name"], name="a_study_asks_once"),
        ]


class StudyPair(models.Model):
    """Two responses to one context, to be judged by `required_raters` people; `taken` of the places are held or done.

    The check constraint is what makes k+1 judges impossible, whatever happens at once. `shared_turns`: so many turns
    from the start are the context of both; what follows is the response.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="pairs")
    context = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    first = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    shared_turns = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    required_raters = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)
    submitted = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "first", "second"], name="one_pair_per_two_responses"),
            models.UniqueConstraint(fields=["study", "position"], name="pairs_of_a_study_are_numbered"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="a_pair_has_two_responses"),
            models.CheckConstraint(
                condition=Q(taken__lte=F("required_raters")), name="never_more_judges_than_required"
            ),
            models.CheckConstraint(condition=Q(submitted__lte=F("taken")), name="who_judged_had_a_place"),
        ]
        indexes = [
            models.Index(
                fields=["study", "position"],
                condition=Q(taken__lt=F("required_raters")),
                name="pairs_with_a_free_place",
            )
        ]


class StudyPlace(models.Model):
    """One judge on one pair. Its place is counted in the pair while open or submitted.

    `turned`: the pair's second response stands on side A. Each pair's judges see it from both sides in turn.
    """

    pair = models.ForeignKey(StudyPair, on_delete=models.PROTECT, related_name="places")
    rater = models.ForeignKey("annotate.Rater", on_delete=models.PROTECT, related_name="study_places")
    turned = models.BooleanField()
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    lease_until = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0, help_text="Counts what was saved.")
    active_ms = models.PositiveBigIntegerField(default=0, help_text="Visible page, cut after 60 s without input.")
    skip_reason = models.CharField(max_length=32, blank=True)
    skip_note = models.TextField(blank=True)
    claimed_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "rater"], name="one_place_per_pair_and_rater"),
            models.CheckConstraint(
                condition=(Q(state=TaskState.OPEN) & Q(lease_until__isnull=False)) | ~Q(state=TaskState.OPEN),
                name="an_open_place_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state=TaskState.SKIPPED) | ~Q(skip_reason=""), name="a_skipped_pair_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["lease_until"], condition=Q(state=TaskState.OPEN), name="open_study_leases"),
            models.Index(fields=["rater", "state"]),
        ]


class Better(models.TextChoices):
    """What was said of the sides as they stood on the screen; `StudyPlace.turned` says who stood where."""

    A = "a", gettext_lazy("A is better")
    EQUAL = "equal", gettext_lazy("equal")
    B = "b", gettext_lazy("B is better")


class Choice(models.Model):
    """One revision of one answer, or of the note on the pair where `question` is null.

    Revisions are only added; `current` marks the last one. `op_id` is the browser's: sent twice, it is there once.
    """

    place = models.ForeignKey(StudyPlace, on_delete=models.PROTECT, related_name="choices")
    question = models.ForeignKey(StudyQuestion, on_delete=models.PROTECT, null=True, related_name="choices")
    answer = models.CharField(max_length=5, choices=Better.choices, blank=True)
    note = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)
    op_id = models.UUIDField(unique=True)
    client_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, help_text="Tombstone: the person withdrew; answer and note are gone.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "question"],
                condition=Q(current=True),
                nulls_distinct=False,
                name="one_current_choice_per_question",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=False, answer="")
                | Q(question__isnull=True, answer="")
                | Q(question__isnull=False, answer__in=Better.values),
                name="a_choice_answers_a_question_or_is_a_note",
            ),
        ]


class StudyResult(models.Model):
    """What the default worker computed of a study. `basis` says of which choices: another one means it is stale."""

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="result")
    basis = models.CharField(max_length=64)
    found = models.JSONField()
    computed_at = models.DateTimeField(default=timezone.now)
