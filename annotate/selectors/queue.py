"""What an annotator may work on, and what they did. Own rows only; of others no more than "there is work left"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum

from annotate.answers import CLEARED
from annotate.models import Campaign, Rater, Rating, Task, TurnTime
from annotate.models.campaign import LOOKS_LIKE_WORK, CampaignState, TaskState
from annotate.selectors.mixing import with_gold, work_for
from annotate.selectors.roles import rated_by
from annotate.selectors.standing import Standing, standing_of
from annotate.selectors.why_nothing import why_nothing
from people.models import User

COUNTED = 500  # "500 or more" is as good as a number, and stays fast at 100,000 items


def campaigns_for(user: User, *, state: str = CampaignState.OPEN) -> QuerySet[Campaign]:
    """Campaigns in a state that this person takes part in, oldest first. One query, corpus included."""
    found = Campaign.objects.filter(rated_by(user), state=state).select_related("corpus", "gold_plan")
    return found.order_by("created_at", "pk")


@dataclass(frozen=True, slots=True)
class Desk:
    """One campaign as an annotator meets it."""

    campaign: Campaign
    submitted: int
    skipped: int
    at_hand: int | None  # the task that a claim would go on with
    lease_until: datetime | None
    available: int  # conversations this person would still be given, counted up to COUNTED
    standing: Standing
    nothing: str = ""  # where none is available and none at hand: why

    @property
    def many(self) -> bool:
        """There are more than are counted."""
        return self.available >= COUNTED


def desks_of(user: User) -> list[Desk]:
    """Every open campaign of this person with their own counts.

    Three queries, one more per campaign, up to five more where it has known answers, and a few where nothing is free.
    """
    mine = Task.objects.filter(rater__user=user, campaign=OuterRef("pk"))
    open_task = mine.filter(state=TaskState.OPEN).order_by("claimed_at")
    campaigns = campaigns_for(user).annotate(
        at_hand=Subquery(open_task.values("pk")[:1]), lease=Subquery(open_task.values("lease_until")[:1])
    )
    counts: dict[int, Mapping[str, Any]] = {
        row["campaign"]: row
        for row in Task.objects.filter(rater__user=user, purpose__in=LOOKS_LIKE_WORK)
        .values("campaign")
        .annotate(
            submitted=Count("pk", filter=Q(state=TaskState.SUBMITTED)),
            skipped=Count("pk", filter=Q(state=TaskState.SKIPPED)),
        )
    }
    rater = Rater.objects.filter(user=user).first()
    return [_desk(campaign, user, rater, counts.get(campaign.pk, {})) for campaign in campaigns]


def _desk(campaign: Campaign, user: User, rater: Rater | None, counts: Mapping[str, Any]) -> Desk:
    at_hand, lease = campaign.at_hand, campaign.lease  # type: ignore[attr-defined]  # annotated above
    standing = standing_of(campaign, rater)
    free = 0 if standing.why_no_task else available(campaign, user)
    return Desk(
        campaign,
        counts.get("submitted", 0),
        counts.get("skipped", 0),
        at_hand,
        lease,
        free,
        standing,
        "" if (free or at_hand) and not standing.why_no_task else why_nothing(campaign, rater).words,
    )


def available(campaign: Campaign, user: User) -> int:
    """Conversations that this person would still be given, gold among them, counted up to COUNTED. One query, three
    where the campaign has gold."""
    free = work_for(campaign, user).order_by()[:COUNTED].count()
    return min(COUNTED, with_gold(campaign, user, free))


def tasks_of(user: User, *, before: int | None = None) -> QuerySet[Task]:
    """The person's tasks, newest first, from below the id `before`; slice it to a page. One query."""
    found = Task.objects.filter(rater__user=user).select_related("item__campaign", "item__conversation")
    if before is not None:
        found = found.filter(pk__lt=before)
    spent = TurnTime.objects.filter(task=OuterRef("pk")).order_by().values("task").annotate(all=Sum("active_ms"))
    return found.annotate(active_ms=Subquery(spent.values("all"))).order_by("-pk")


@dataclass(frozen=True, slots=True)
class Pace:
    """What one person did in one campaign. Times are active milliseconds; turns are those of submitted tasks."""

    campaign: str
    turns: int
    turns_ms: int
    submitted: int
    skipped: int
    open: int
    drafts: int
    active_ms: int
    first: datetime | None
    last: datetime | None

    @property
    def ms_each(self) -> int | None:
        """Active time per submitted conversation; drafts and skips count as time, so it is honest about both."""
        return self.active_ms // self.submitted if self.submitted else None

    @property
    def ms_a_turn(self) -> int | None:
        """Active time on a rated turn of a submitted conversation: the pace."""
        return self.turns_ms // self.turns if self.turns else None


def pace_of(user: User) -> list[Pace]:
    """The person's own work per campaign, last one first. Four queries."""
    mine = Rating.objects.filter(rater__user=user, task__state=TaskState.SUBMITTED, current=True, turn__isnull=False)
    turns = dict(
        mine.exclude(reason=CLEARED)
        .values_list("task__campaign")
        .annotate(count=Count("turn", distinct=True))
        .values_list("task__campaign", "count")
    )
    looked = dict(
        TurnTime.objects.filter(
            task__rater__user=user,
            task__state=TaskState.SUBMITTED,
            turn_index__lt=F("task__item__conversation__turn_count"),
        )
        .values_list("task__campaign")
        .annotate(all=Sum("active_ms"))
        .values_list("task__campaign", "all")
    )
    spent = dict(
        TurnTime.objects.filter(task__rater__user=user)
        .values_list("task__campaign")
        .annotate(all=Sum("active_ms"))
        .values_list("task__campaign", "all")
    )
    rows = (
        Task.objects.filter(rater__user=user)
        .values("campaign", "campaign__name")
        .annotate(
            submitted=Count("pk", filter=Q(state=TaskState.SUBMITTED)),
            skipped=Count("pk", filter=Q(state=TaskState.SKIPPED)),
            open=Count("pk", filter=Q(state=TaskState.OPEN)),
            drafts=Count("pk", filter=Q(state=TaskState.RELEASED)),
            first=Min("claimed_at"),
            last=Max("submitted_at"),
        )
        .order_by(F("last").desc(nulls_last=True))
    )
    return [
        Pace(
            row["campaign__name"],
            turns.get(row["campaign"], 0),
            looked.get(row["campaign"], 0),
            row["submitted"],
            row["skipped"],
            row["open"],
            row["drafts"],
            spent.get(row["campaign"], 0),
            row["first"],
            row["last"],
        )
        for row in rows
    ]
