from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from annotate.models import StudyPlace
from annotate.study_leases import hold_place, keep_time, locked_place
from people.models import User


@transaction.atomic
def stay_on_pair(*, place_id: int, user: User, active_ms: int = 0, now: datetime | None = None) -> StudyPlace:
    """Extend the lease of who is still reading. Raises NoSuchTask, TaskClosed, PlaceGone."""
    now = now or timezone.now()
    place = locked_place(place_id, user)
    hold_place(place, user, now)
    keep_time(place, active_ms, now)
    place.save(update_fields=["state", "lease_until", "active_ms"])
    return place
