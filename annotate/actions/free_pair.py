from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.models import StudyPlace
from annotate.models.campaign import TaskState
from annotate.places import release_pairs
from annotate.refusals import TaskClosed
from people.actions.record import record
from people.models import User


@transaction.atomic
def free_pair(*, place: StudyPlace, by: User) -> StudyPlace:
    """Take the lease from whoever holds it: the place is free at once, the choices stay. Raises TaskClosed."""
    place = StudyPlace.objects.select_for_update(no_key=True).get(pk=place.pk)
    if place.state != TaskState.OPEN:
        raise TaskClosed(_("This pair is %(state)s; there is no lease to free.") % {"state": place.get_state_display()})
    release_pairs([place])
    record(actor=by, verb="study.free", subject=f"study place {place.pk}", detail={"rater": place.rater_id})
    return place
