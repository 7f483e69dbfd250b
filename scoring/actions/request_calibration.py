from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.models import Campaign, Corpus
from people.actions.record import record
from people.models import User
from scoring.models import Calibration, CalibrationState, Checkpoint, Release, ReleaseState
from scoring.scales import NATIVE
from scoring.wake import wake_default_worker

_A_MESSAGE_TAKES = timedelta(seconds=20)


class CannotCalibrate(ValueError):
    """There is nothing to fit; the message says why."""


@transaction.atomic
def request_calibration(
    *, checkpoint: Checkpoint, corpus: Corpus, campaign: Campaign | None, by: User, release: Release | None = None
) -> Calibration:
    """Queue a fit on the ratings of a corpus, of one campaign on it, or of a release of it, which never change.

    Asked twice while it waits, it is one. What is in force stays in force. Raises CannotCalibrate.
    """
    if checkpoint.metric in NATIVE:
        raise CannotCalibrate(
            _("%(metric)s speaks on the human scale already: there is nothing to calibrate.")
            % {"metric": checkpoint.metric}
        )
    if campaign is not None and campaign.corpus_id != corpus.pk:
        raise CannotCalibrate(_("The campaign is of another corpus."))
    if release is not None and (problem := why_not_calibrate(release)):
        raise CannotCalibrate(problem)
    if release is not None and release.corpus_id != corpus.pk:
        raise CannotCalibrate(_("The release is of another corpus."))
    row, new = Calibration.objects.get_or_create(
        checkpoint=checkpoint,
        corpus=corpus,
        campaign=campaign,
        release=release,
        state=CalibrationState.QUEUED,
        defaults={"active": False, "map": {}, "fitted_on": {}, "made_by": by},
    )
    if new:
        detail = {"corpus": corpus.key, "campaign": campaign.pk if campaign else None, "calibration": row.pk}
        if release is not None:
            detail["release"] = release.pk
        record(actor=by, verb="calibration.ask", subject=f"checkpoint {checkpoint.pk}", detail=detail)
    _send(row)
    return row


def why_not_calibrate(release: Release) -> str:
    """Why a map cannot be fitted on the release; blank when it can."""
    if release.state != ReleaseState.READY:
        return _("The release is not ready.")
    if release.withdrawn_at is not None:
        return _("The release was withdrawn: a person whose ratings it holds was erased since.")
    if release.format != "jsonl":
        return _("Only a release in JSONL holds single ratings of turns with the ids of their conversations.")
    return ""


def releases_to_fit_on() -> QuerySet[Release]:
    """Those that `why_not_calibrate` has nothing against, newest first. One query, corpora included."""
    found = Release.objects.filter(state=ReleaseState.READY, withdrawn_at=None, format="jsonl")
    return found.select_related("corpus").defer("manifest").order_by("-pk")


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
