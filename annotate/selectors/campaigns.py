"""Campaigns as an admin sees them: how far they are, who holds what. Never for annotators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from annotate.models import Campaign, CampaignItem, Task, TurnTime
from annotate.models.campaign import Purpose, TaskState
from annotate.selectors.progress import Progress, by_rater, progress_by, progress_over, skips_among


def progress_of(campaign: Campaign) -> Progress:
    """How far a campaign is. One query."""
    return progress_over(CampaignItem.objects.filter(campaign=campaign, purpose=Purpose.WORK))


def known_counts(campaign: Campaign) -> dict[str, int]:
    """gold, training -> how many items are handed out as such. One query."""
    items = CampaignItem.objects.filter(campaign=campaign, withdrawn=False).exclude(purpose=Purpose.WORK)
    return dict(items.values_list("purpose").annotate(count=Count("pk")).order_by())


def campaigns_with_progress(
    among: QuerySet[Campaign], *, before: int | None = None, size: int = 25
) -> list[tuple[Campaign, Progress]]:
    """A page of these campaigns, newest first, each with how far it is. Two queries."""
    found = among.select_related("corpus").order_by("-pk")
    if before is not None:
        found = found.filter(pk__lt=before)
    page = list(found[:size])
    sums = progress_by(CampaignItem.objects.filter(campaign__in=page, purpose=Purpose.WORK), "campaign")
    return [(campaign, sums.get(campaign.pk, Progress())) for campaign in page]


def leases_of(campaign: Campaign) -> QuerySet[Task]:
    """Tasks that hold a place under a lease, the one that ends first on top. One query."""
    found = Task.objects.filter(campaign=campaign, state=TaskState.OPEN)
    return found.select_related("rater__user", "item__conversation").order_by("lease_until")


def raters_of(campaign: Campaign, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """Per rater: pseudonym, counts by state, active milliseconds. One query."""
    spent = (
        TurnTime.objects.filter(task__campaign=campaign, task__purpose=Purpose.WORK, task__rater=OuterRef("rater"))
        .order_by()
        .values("task__rater")
        .annotate(all=Sum("active_ms"))
    )
    return by_rater(_work_of(campaign), now=now, active_ms=Subquery(spent.values("all")))


def skips_of(campaign: Campaign, raters: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """(reason, how often), most frequent first. One query; none where none of `raters_of` skipped anything."""
    return skips_among(_work_of(campaign), raters)


def _work_of(campaign: Campaign) -> QuerySet[Task]:
    return Task.objects.filter(campaign=campaign, purpose=Purpose.WORK)
