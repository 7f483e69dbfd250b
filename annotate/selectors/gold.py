"""Gold and training as an admin sees them: the items, the verdicts they can be made of, how each rater stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from annotate.known import in_words
from annotate.models import Adjudication, Campaign, CampaignItem, KnownAnswer, Rater, RaterStanding, Task
from annotate.models.campaign import Purpose, TaskState
from annotate.models.dimension import DimensionVersion
from annotate.selectors.known import Accuracy, Hit, gold_tasks, hits_among
from annotate.selectors.mixing import training_of
from annotate.selectors.standing import Standing, standing_from


def words_for(version: DimensionVersion) -> dict[object, str]:
    """value or reason -> what the rating page calls it: "4 Good"."""
    found: dict[object, str] = {}
    for point in version.scale:
        label, value = str(point["label"] or ""), point["value"]
        shown = f"{value:g}" if isinstance(value, int | float) else str(value)
        found[value] = shown if label in ("", shown) else f"{shown} {label}" if not isinstance(value, str) else label
    return found | {one["reason"]: one["label"] or one["reason"] for one in version.null_reasons}


def expected(answer: KnownAnswer) -> str:
    """What was expected, in words; the answer comes with its dimension version."""
    return in_words(answer.accepted, words_for(answer.dimension_version))


def known_items(campaign: Campaign) -> QuerySet[CampaignItem]:
    """Gold and training items with their known answers, training first. Two queries."""
    answers = KnownAnswer.objects.select_related("turn", "dimension_version__dimension").order_by("turn__index", "pk")
    items = CampaignItem.objects.filter(campaign=campaign).exclude(purpose=Purpose.WORK).select_related("conversation")
    counted = items.annotate(seen=Count("tasks", filter=Q(tasks__state=TaskState.SUBMITTED)))
    return counted.prefetch_related(Prefetch("known", answers)).order_by("-purpose", "position", "pk")


def verdicts_to_use(campaign: Campaign) -> QuerySet[Adjudication]:
    """Verdicts with a value on the campaign's questions, of conversations that are no item yet. One query."""
    dimensions = campaign.questions.values("dimension_version__dimension")
    items = CampaignItem.objects.filter(campaign=campaign).values("conversation")
    found = Adjudication.objects.filter(
        current=True,
        verdict__isnull=False,
        conversation__corpus=campaign.corpus_id,
        dimension_version__dimension__in=dimensions,
    ).exclude(conversation__in=items)
    return found.select_related("conversation", "turn", "dimension_version__dimension").order_by("-pk")


@dataclass(frozen=True, slots=True)
class RaterRow:
    """One rater of a campaign with known answers."""

    rater: Rater
    standing: Standing
    row: RaterStanding | None
    accuracy: Accuracy

    @property
    def may_go_on(self) -> bool:
        """There is something that an admin can lift."""
        return self.row is not None and bool(self.standing.why_no_task or self.standing.warned)

    @property
    def since(self) -> datetime | None:
        return None if self.row is None else self.row.paused_at or self.row.warned_at


def rater_rows(campaign: Campaign) -> list[RaterRow]:
    """Everybody who had a task, by pseudonym; accuracy over all their gold. Six queries."""
    had = Task.objects.filter(campaign=campaign).values("rater")
    rows = {row.rater_id: row for row in RaterStanding.objects.filter(campaign=campaign)}
    hits: dict[int, list[Hit]] = {}
    for hit in hits_among(gold_tasks([campaign])):
        hits.setdefault(hit.rater, []).append(hit)
    training = training_of(campaign).count()
    return [
        RaterRow(
            rater,
            standing_from(campaign, rows.get(rater.pk), training),
            rows.get(rater.pk),
            Accuracy.of(hits.get(rater.pk, [])),
        )
        for rater in Rater.objects.filter(pk__in=had).select_related("user").order_by("pseudonym")
    ]
