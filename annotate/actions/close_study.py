from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.models import Study
from annotate.models.campaign import CampaignState
from annotate.refusals import StudyNotOpen
from people.actions.record import record
from people.models import User


@transaction.atomic
def close_study(*, study: Study, by: User) -> Study:
    """Hand out no more pairs. Who holds one may finish it until its lease ends. Raises StudyNotOpen."""
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    if study.state != CampaignState.OPEN:
        raise StudyNotOpen(
            _("The study is %(state)s: only an open one can be closed.") % {"state": study.get_state_display()}
        )
    study.state, study.closed_at = CampaignState.CLOSED, timezone.now()
    study.save(update_fields=["state", "closed_at"])
    record(actor=by, verb="study.close", subject=f"study {study.pk}", detail={"name": study.name})
    return study
