"""A judge's place on a pair under its lock, its lease, the time that was spent on it, and how its end is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from annotate.acknowledged import content_on_pair
from annotate.chain import append
from annotate.models import Rater, StudyPair, StudyPlace, TaskEvent
from annotate.models.campaign import CampaignState, TaskState
from annotate.places import take_place
from annotate.refusals import NoSuchTask, PlaceGone, TaskClosed
from annotate.selectors.studies import may_judge
from people.models import User


def locked_place(place_id: int, user: User) -> StudyPlace:
    """The person's own place with its pair and study, locked until the transaction ends. One query."""
    found = (
        StudyPlace.objects.select_for_update(of=("self",), no_key=True)
        .select_related("pair__study")
        .filter(pk=place_id, rater__user=user)
        .first()
    )
    if found is None:
        raise NoSuchTask(_("There is no such pair of yours."))
    return found


def hold_place(place: StudyPlace, user: User, now: datetime) -> None:
    """Make sure that a locked place is held, and extend its lease; does not save it.

    A place whose lease ran out is taken again if nobody else has it: whoever comes back from lunch goes on. Not by who
    may no longer judge; choosing the judges gives back what they held (annotate/actions/choose_judges.py).
    """
    if place.state in (TaskState.SUBMITTED, TaskState.SKIPPED):
        raise TaskClosed(
            _("This pair was already submitted.")
            if place.state == TaskState.SUBMITTED
            else _("This pair was already skipped.")
        )
    study = place.pair.study
    is_open = study.state == CampaignState.OPEN
    if place.state == TaskState.RELEASED:
        if is_open and not may_judge(study, user):
            raise PlaceGone(_("Others were chosen as judges of this study. Your choices are kept, but not counted."))
        if not is_open or not take_place(place.pair_id, StudyPair):
            raise PlaceGone(
                _("The time for this pair ran out and others judge it now. Your choices are kept, but not counted.")
                if is_open
                else _("The study was closed. Your choices are kept, but not counted.")
            )
        place.state = TaskState.OPEN
        place.lease_until = now + timedelta(minutes=study.lease_minutes)
    elif is_open:  # in a closed study the last lease runs out
        place.lease_until = now + timedelta(minutes=study.lease_minutes)


def keep_time(place: StudyPlace, active_ms: int, now: datetime) -> None:
    """Keep the active time, a total: sent twice or late, it is counted once; never more than since the claim."""
    most = max(0, int((now - place.claimed_at).total_seconds() * 1000))
    place.active_ms = max(place.active_ms, min(active_ms, most))


def acknowledge_end(
    rater: Rater,
    place: StudyPlace,
    *,
    kind: str,
    op_id: UUID,
    client_at: datetime | None,
    now: datetime,
    **detail: str,
) -> None:
    """Keep the operation that ended a place (submit, skip), with its receipt. Rater and place are locked. Two queries.

    The place has its new version and note already: they are what is acknowledged.
    """
    event = TaskEvent(
        op_id=op_id, study_place=place, version=place.version, kind=kind, detail=detail, client_at=client_at, at=now
    )
    append(rater, [(event, content_on_pair(event, place, None, {}))])
    event.save(force_insert=True)
    rater.save(update_fields=["receipts", "receipt"])
