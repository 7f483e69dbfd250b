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


def by_rater(places: QuerySet[Any], *, now: datetime | None = None, **more: Any) -> list[dict[str, Any]]:
    """Per rater of tasks or places: pseudonym, user name, counts by state, `recent` (submitted in the last day), and
    `more` annotations; who submitted most comes first. One query, which reads every place: what else the page says of
    them is summed from its rows."""
    since = (now or timezone.now()) - timedelta(days=1)
    recent = Count("pk", filter=Q(state=TaskState.SUBMITTED, submitted_at__gt=since))
    found = places.values("rater", "rater__pseudonym", "rater__user__username")
    return list(found.annotate(**_BY_STATE, recent=recent, **more).order_by("-submitted", "rater__pseudonym"))


def skips_among(places: QuerySet[Any], raters: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """(reason, how often) of skipped tasks or places, most frequent first. One query; none where none of these raters
    (of `by_rater`) skipped anything."""
    if not any(row["skipped"] for row in raters):
        return []
    skipped = places.filter(state=TaskState.SKIPPED)
    return list(skipped.values_list("skip_reason").annotate(count=Count("pk")).order_by("-count", "skip_reason"))


def end_at_pace(
    progress: Progress, raters: Iterable[Mapping[str, Any]], *, now: datetime | None = None
) -> datetime | None:
    """When the last judgement comes in at the pace of these raters (of `by_rater`) in the last day; None where nobody
    submitted, or when all is done."""
    left, recent = progress.wanted - progress.submitted, sum(row["recent"] for row in raters)
    return (now or timezone.now()) + timedelta(days=left / recent) if left > 0 and recent else None
