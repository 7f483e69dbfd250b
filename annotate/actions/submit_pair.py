from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from annotate.models import Choice, StudyPair, StudyPlace, StudyQuestion
from annotate.models.campaign import TaskState
from annotate.places import count_submitted
from annotate.refusals import MissingAnswers
from annotate.study_leases import hold_place, locked_place
from people.models import User


@transaction.atomic
def submit_pair(*, place_id: int, user: User, now: datetime | None = None) -> StudyPlace:
    """Say that a pair is judged; its place is kept for good. Twice is once.

    Raises NoSuchTask, TaskClosed (skipped), PlaceGone, MissingAnswers.
    """
    now = now or timezone.now()
    place = locked_place(place_id, user)
    if place.state == TaskState.SUBMITTED:  # the acknowledgement was lost on its way
        return place
    hold_place(place, now)
    answered = Choice.objects.filter(place=place, current=True, question__isnull=False, erased_at__isnull=True)
    given = set(answered.values_list("question", flat=True))
    asked = StudyQuestion.objects.filter(study=place.pair.study_id).order_by("position").values_list("pk", flat=True)
    missing = [question for question in asked if question not in given]
    if missing:
        raise MissingAnswers([(None, question) for question in missing])
    place.state, place.submitted_at, place.lease_until = TaskState.SUBMITTED, now, None
    place.version += 1
    place.save(update_fields=["state", "submitted_at", "lease_until", "version"])
    count_submitted(place.pair_id, StudyPair)
    return place
