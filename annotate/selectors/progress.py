"""How far work is that is handed out in places: a campaign's items, a study's pairs. One arithmetic for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from annotate.models.campaign import TaskState


@dataclass(frozen=True, slots=True)
class Progress:
    """Sums over items, or pairs. Places: judgements wanted, held or done, done."""

    items: int = 0
    finished: int = 0
    wanted: int = 0
    taken: int = 0
    submitted: int = 0

    @property
    def percent(self) -> int:
        """Share of the wanted judgements that are submitted, rounded down: 100 means all."""
        return 100 * self.submitted // self.wanted if self.wanted else 0


# The annotations may not be called like the columns that they sum up.
_SUMS: dict[str, Any] = {
    "count": Count("pk"),
    "done": Count("pk", filter=Q(submitted=F("required_raters"))),
    "wanted": Sum("required_raters", default=0),
    "held": Sum("taken", default=0),
    "sent": Sum("submitted", default=0),
}
_BY_STATE: dict[str, Any] = {state.value: Count("pk", filter=Q(state=state)) for state in TaskState}


def progress_over(items: QuerySet[Any]) -> Progress:
    """Of these items or pairs together. One query."""
    return _progress(items.aggregate(**_SUMS))


def progress_by(items: QuerySet[Any], key: str) -> dict[int, Progress]:
    """The value of `key` -> progress of its items or pairs. One query."""
    rows: Iterable[Any] = items.values(key).annotate(**_SUMS).order_by()
    return {row[key]: _progress(row) for row in rows}


def _progress(row: Mapping[str, Any]) -> Progress:
    return Progress(row["count"], row["done"], row["wanted"], row["held"], row["sent"])


def by_rater(places: QuerySet[Any], **more: Any) -> QuerySet[Any, Any]:
    """Per rater of tasks or places: pseudonym, user name, counts by state, and `more` annotations. One query."""
    found = places.values("rater", "rater__pseudonym", "rater__user__username").annotate(**_BY_STATE, **more)
    return found.order_by("-submitted", "rater__pseudonym")


def skips_among(places: QuerySet[Any]) -> QuerySet[Any, tuple[str, int]]:
    """(reason, how often) of skipped tasks or places, most frequent first. One query."""
    skipped = places.filter(state=TaskState.SKIPPED)
    return skipped.values_list("skip_reason").annotate(count=Count("pk")).order_by("-count", "skip_reason")


def end_at_pace(places: QuerySet[Any], progress: Progress, *, now: datetime | None = None) -> datetime | None:
    """When the last judgement comes in at the pace of the last day; None without any, or when done. One query."""
    left = progress.wanted - progress.submitted
    if left <= 0:
        return None
    now = now or timezone.now()
    recent = places.filter(state=TaskState.SUBMITTED, submitted_at__gt=now - timedelta(days=1)).count()
    return now + timedelta(days=left / recent) if recent else None
