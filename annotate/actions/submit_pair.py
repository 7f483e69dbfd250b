from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from annotate.actions.save_choices import known_on_pair
from annotate.chain import locked_rater
from annotate.models import Choice, StudyPair, StudyPlace, StudyQuestion
from annotate.models.campaign import TaskState
from annotate.places import count_submitted
from annotate.refusals import MissingAnswers
from annotate.study_leases import acknowledge_end, hold_place, locked_place
from people.models import User


@transaction.atomic
def submit_pair(
    *, place_id: int, user: User, op_id: UUID, client_at: datetime | None = None, now: datetime | None = None
) -> StudyPlace:
    """Say that a pair is judged; its place is kept for good. Twice is once, from whichever window.

    Raises NoSuchTask, TaskClosed (skipped), PlaceGone, MissingAnswers, BadOperation (the id is in use).
    """
    now = now or timezone.now()
    rater = locked_rater(user)
    place = locked_place(place_id, user)
    if known_on_pair(place, [op_id]) or place.state == TaskState.SUBMITTED:  # the acknowledgement was lost on its way
        return place
    hold_place(place, user, now)
    answered = Choice.objects.filter(place=place, current=True, question__isnull=False, erased_at__isnull=True)
    given = set(answered.values_list("question", flat=True))
    asked = StudyQuestion.objects.filter(study=place.pair.study_id).order_by("position").values_list("pk", flat=True)
    missing = [question for question in asked if question not in given]
    if missing:
        raise MissingAnswers([(None, question) for question in missing])
    place.state, place.submitted_at, place.lease_until = TaskState.SUBMITTED, now, None
    place.version += 1
    place.save(update_fields=["state", "submitted_at", "lease_until", "version"])
    acknowledge_end(rater, place, kind="submit", op_id=op_id, client_at=client_at, now=now)
    count_submitted(place.pair_id, StudyPair)
    return place
