"""How fast a campaign's ratings come in, for guesses about what more of them would take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from annotate.models import Campaign, Task
from annotate.models.campaign import Purpose, TaskState


@dataclass(frozen=True, slots=True)
class Pace:
    """`a_day`: conversations that raters submitted in the last day; `each`: raters of a conversation so far."""

    a_day: int
    each: float
    now: datetime

    def end(self, conversations: int) -> datetime | None:
        """When so many more conversations are rated at this pace; None where nobody submitted in the last day."""
        if not self.a_day:
            return None
        days = conversations * self.each / self.a_day
        return self.now + timedelta(days=days) if days < 36_500 else None


def pace_of_campaign(campaign: Campaign, *, now: datetime | None = None) -> Pace:
    """Of submitted work. One query."""
    now = now or timezone.now()
    done = Task.objects.filter(campaign=campaign, state=TaskState.SUBMITTED, purpose=Purpose.WORK).aggregate(
        all=Count("pk"),
        items=Count("item", distinct=True),
        recent=Count("pk", filter=Q(submitted_at__gt=now - timedelta(days=1))),
    )
    return Pace(done["recent"], done["all"] / done["items"] if done["items"] else 0.0, now)
