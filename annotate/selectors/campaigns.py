"""Campaigns as an admin sees them: how far they are, who holds what. Never for annotators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from annotate.models import Campaign, CampaignItem, Task, TurnTime
from annotate.models.campaign import TaskState


@dataclass(frozen=True, slots=True)
class Progress:
    """Sums over a campaign's items. Places: raters wanted, held or done, done."""

    items: int
    finished: int
    wanted: int
    taken: int
    submitted: int

    @property
    def percent(self) -> int:
        """Share of the wanted ratings that are submitted, rounded down: 100 means all."""
        return 100 * self.submitted // self.wanted if self.wanted else 0


_SUMS: dict[str, Any] = {
    "count": Count("pk"),
    "done": Count("pk", filter=Q(submitted=F("required_raters"))),
    "wanted": Sum("required_raters", default=0),
    "held": Sum("taken", default=0),
    "sent": Sum("submitted", default=0),
}


def progress_of(campaign: Campaign) -> Progress:
    """How far a campaign is. One query."""
    sums: Mapping[str, Any] = CampaignItem.objects.filter(campaign=campaign).aggregate(**_SUMS)
    return _progress(sums)


def _progress(row: Mapping[str, Any]) -> Progress:
    return Progress(row["count"], row["done"], row["wanted"], row["held"], row["sent"])


def campaigns_with_progress(*, before: int | None = None, size: int = 25) -> list[tuple[Campaign, Progress]]:
    """A page of campaigns, newest first, each with how far it is. Two queries."""
    found = Campaign.objects.select_related("corpus").order_by("-pk")
    if before is not None:
        found = found.filter(pk__lt=before)
    page = list(found[:size])
    # The annotations may not be called like the columns that they sum up.
    rows: Iterable[Any] = CampaignItem.objects.filter(campaign__in=page).values("campaign").annotate(**_SUMS).order_by()
    sums = {row["campaign"]: _progress(row) for row in rows}
    return [(campaign, sums.get(campaign.pk, Progress(0, 0, 0, 0, 0))) for campaign in page]


def leases_of(campaign: Campaign) -> QuerySet[Task]:
    """Tasks that hold a place under a lease, the one that ends first on top. One query."""
    found = Task.objects.filter(item__campaign=campaign, state=TaskState.OPEN)
    return found.select_related("rater__user", "item__conversation").order_by("lease_until")


def raters_of(campaign: Campaign) -> QuerySet[Task, Any]:
    """Per rater: pseudonym, counts by state, active milliseconds, last submission. One query."""
    spent = (
        TurnTime.objects.filter(task__item__campaign=campaign, task__rater=OuterRef("rater"))
        .order_by()
        .values("task__rater")
        .annotate(all=Sum("active_ms"))
    )
    return (
        Task.objects.filter(item__campaign=campaign)
        .values("rater", "rater__pseudonym", "rater__user__username")
        .annotate(
            submitted=Count("pk", filter=Q(state=TaskState.SUBMITTED)),
            skipped=Count("pk", filter=Q(state=TaskState.SKIPPED)),
            open=Count("pk", filter=Q(state=TaskState.OPEN)),
            released=Count("pk", filter=Q(state=TaskState.RELEASED)),
            active_ms=Subquery(spent.values("all")),
        )
        .order_by("-submitted", "rater__pseudonym")
    )


def skips_of(campaign: Campaign) -> QuerySet[Task, tuple[str, int]]:
    """(reason, how often), most frequent first. One query."""
    skipped = Task.objects.filter(item__campaign=campaign, state=TaskState.SKIPPED)
    return skipped.values_list("skip_reason").annotate(count=Count("pk")).order_by("-count", "skip_reason")


def end_in_sight(campaign: Campaign, progress: Progress, *, now: datetime | None = None) -> datetime | None:
    """When the last rating comes in at the pace of the last day; None without any, or when done. One query."""
    left = progress.wanted - progress.submitted
    if left <= 0:
        return None
    now = now or timezone.now()
    recent = Task.objects.filter(
        item__campaign=campaign, state=TaskState.SUBMITTED, submitted_at__gt=now - timedelta(days=1)
    ).count()
    return now + timedelta(days=left / recent) if recent else None
