"""Why a rater gets no task at this moment, in words: a lock is never called "no more work"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.models import Campaign, CampaignItem, Rater, Task
from annotate.models.campaign import LOOKS_LIKE_WORK, Purpose, TaskState
from annotate.selectors.meant_for import meant_for
from annotate.selectors.standing import standing_of


@dataclass(frozen=True, slots=True)
class Nothing:
    """The words, and when a place may be free again."""

    words: str
    until: datetime | None = None


def why_nothing(campaign: Campaign, rater: Rater | None, *, now: datetime | None = None) -> Nothing:
    """Why there is no free place for this rater (None: someone who has not begun). At most seven queries."""
    now = now or timezone.now()
    standing = standing_of(campaign, rater)
    if standing.why_no_task:
        return Nothing(standing.why_no_task)
    items = CampaignItem.objects.filter(campaign=campaign, purpose=Purpose.WORK)
    unfinished = items.filter(submitted__lt=F("required_raters"))
    if not unfinished.exists():
        return Nothing(_("All conversations of this campaign have been rated."))
    if campaign.again_to and not unfinished.filter(meant_for(campaign, rater.user_id if rater else None)).exists():
        return Nothing(_("What is left here is meant for other raters: some answers are asked again."))
    work = Task.objects.filter(campaign=campaign, purpose=Purpose.WORK)
    others = work.filter(state=TaskState.OPEN).exclude(rater=rater)
    settled = Task.objects.filter(
        item=OuterRef("item"), rater=rater, state__in=(TaskState.SUBMITTED, TaskState.SKIPPED)
    )
    first = others.filter(~Exists(settled)).order_by("lease_until").first()
    if first is not None and first.lease_until is not None:
        until = max(first.lease_until, now)
        return Nothing(
            _("The conversations left are reserved by others until %(time)s (UTC).") % {"time": f"{until:%H:%M}"}, until
        )
    skipped = Task.objects.filter(
        campaign=campaign, rater=rater, state=TaskState.SKIPPED, purpose__in=LOOKS_LIKE_WORK
    ).count()
    if skipped:
        return Nothing(
            _("Nothing is left for you: you have rated or skipped the rest (%(count)s skipped).") % {"count": skipped}
        )
    return Nothing(_("Nothing is left for you: you have rated every conversation that still needs raters."))
