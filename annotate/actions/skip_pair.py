from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.actions.skip_task import OTHER, REASONS
from annotate.models import StudyPair, StudyPlace
from annotate.models.campaign import TaskState
from annotate.places import give_back_places
from annotate.refusals import BadSkip, TaskClosed
from annotate.study_leases import locked_place
from people.models import User


@transaction.atomic
def skip_pair(*, place_id: int, user: User, reason: str, note: str = "") -> StudyPlace:
    """Give a pair back for a reason; it is never offered to this judge again, and others may take it. Twice is once.

    Raises NoSuchTask, TaskClosed (submitted), BadSkip.
    """
    place = locked_place(place_id, user)
    if place.state == TaskState.SKIPPED:
        return place
    if reason not in REASONS:
        raise BadSkip(f"{reason!r} is no reason to skip; known: {', '.join(REASONS)}.")
    if reason == OTHER and not note.strip():
        raise BadSkip(_("Say in a few words why."))
    if place.state == TaskState.SUBMITTED:
        raise TaskClosed(_("This pair was already submitted."))
    held = place.state == TaskState.OPEN
    place.state, place.lease_until = TaskState.SKIPPED, None
    place.skip_reason, place.skip_note = reason, note.strip()[:1000]
    place.version += 1
    place.save(update_fields=["state", "lease_until", "skip_reason", "skip_note", "version"])
    if held:
        give_back_places([place.pair_id], StudyPair)
    return place
