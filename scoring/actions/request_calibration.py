from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from annotate.models import Campaign, Corpus
from people.actions.record import record
from people.models import User
from scoring.models import Calibration, CalibrationState, Checkpoint
from scoring.scales import NATIVE
from scoring.wake import wake_default_worker

_A_MESSAGE_TAKES = timedelta(seconds=20)


class CannotCalibrate(ValueError):
    """There is nothing to fit; the message says why."""


@transaction.atomic
def request_calibration(*, checkpoint: Checkpoint, corpus: Corpus, campaign: Campaign | None, by: User) -> Calibration:
    """Queue a fit on the ratings of a corpus, or of one campaign on it. Asked twice while it waits, it is one.

    What is in force stays in force. Raises CannotCalibrate.
    """
    if checkpoint.metric in NATIVE:
        raise CannotCalibrate(f"{checkpoint.metric} speaks on the human scale already: there is nothing to calibrate.")
    if campaign is not None and campaign.corpus_id != corpus.pk:
        raise CannotCalibrate("The campaign is of another corpus.")
    row, new = Calibration.objects.get_or_create(
        checkpoint=checkpoint,
        corpus=corpus,
        campaign=campaign,
        state=CalibrationState.QUEUED,
        defaults={"active": False, "map": {}, "fitted_on": {}, "made_by": by},
    )
    if new:
        detail = {"corpus": corpus.key, "campaign": campaign.pk if campaign else None, "calibration": row.pk}
        record(actor=by, verb="calibration.ask", subject=f"checkpoint {checkpoint.pk}", detail=detail)
    _send(row)
    return row


def send_again(*, checkpoint: Checkpoint) -> bool:
    """Whether a fit of the checkpoint waits; one whose message seems lost is asked for again. One query."""
    waiting = list(Calibration.objects.filter(checkpoint=checkpoint, state=CalibrationState.QUEUED))
    for row in waiting:
        if row.made_at < timezone.now() - _A_MESSAGE_TAKES:
            Calibration.objects.filter(pk=row.pk).update(made_at=timezone.now())
            _send(row)
    return bool(waiting)


def _send(row: Calibration) -> None:
    transaction.on_commit(lambda: wake_default_worker("scoring.tasks.fit_calibration_task", row.pk))
