from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.actions.save_choices import known_on_pair
from annotate.actions.skip_task import check_reason
from annotate.chain import locked_rater
from annotate.models import StudyPair, StudyPlace
from annotate.models.campaign import TaskState
from annotate.places import give_back_places
from annotate.refusals import TaskClosed
from annotate.study_leases import acknowledge_end, locked_place
from people.models import User


@transaction.atomic
def skip_pair(
    *,
    place_id: int,
    user: User,
    op_id: UUID,
    reason: str,
    note: str = "",
    client_at: datetime | None = None,
    now: datetime | None = None,
) -> StudyPlace:
    """Give a pair back for a reason; it is never offered to this judge again, and others may take it. Twice is once.

    Raises NoSuchTask, TaskClosed (submitted), BadSkip, BadOperation (the id is in use).
    """
    rater = locked_rater(user)
    place = locked_place(place_id, user)
    if known_on_pair(place, [op_id]) or place.state == TaskState.SKIPPED:
        return place
    check_reason(reason, note)
    if place.state == TaskState.SUBMITTED:
        raise TaskClosed(_("This pair was already submitted."))
    held = place.state == TaskState.OPEN
    place.state, place.lease_until = TaskState.SKIPPED, None
    place.skip_reason, place.skip_note = reason, note.strip()[:1000]
    place.version += 1
    place.save(update_fields=["state", "lease_until", "skip_reason", "skip_note", "version"])
    acknowledge_end(
        rater, place, kind="skip", op_id=op_id, client_at=client_at, now=now or timezone.now(), reason=reason
    )
    if held:
        give_back_places([place.pair_id], StudyPair)
    return place
