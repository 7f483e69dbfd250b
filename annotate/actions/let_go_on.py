from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from annotate.models import RaterStanding
from annotate.selectors.standing import standing_of
from people.actions.record import record
from people.models import User


@transaction.atomic
def let_go_on(*, standing: RaterStanding, by: User, now: datetime | None = None) -> RaterStanding:
    """An admin has looked: no pause and no warning any more, and only gold answers from now on count for the mark.

    Where no attempt at the training round is left, it gives one more. Asked twice, it gives one.
    """
    row = RaterStanding.objects.select_for_update().select_related("campaign", "rater").get(pk=standing.pk)
    if row.paused_at or row.warned_at:
        row.counts_since = now or timezone.now()
    row.paused_at = row.warned_at = None
    row.looked_by = by
    seen = standing_of(row.campaign, row.rater)
    if seen.in_training and seen.attempt > seen.attempts:
        row.more_attempts += seen.attempt - seen.attempts
    row.save()
    detail = {"rater": row.rater_id}
    record(actor=by, verb="campaign.rater_go_on", subject=f"campaign {row.campaign_id}", detail=detail)
    return row
