"""The one part of a training run: train from a release, and register what came out. Never makes it the active one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from scoring.actions.leases import Cancelled, fence, watch, working_on
from scoring.actions.register_checkpoint import register_checkpoint
from scoring.actions.verify_release import verify_release
from scoring.metrics import checkpoints, registry
from scoring.metrics.api import TrainingJob, TrainingStopped, Unavailable
from scoring.models import Release, Run, Shard

_SAME_AGAIN = (ValueError, Unavailable, Release.DoesNotExist)  # the data
_LEASE_SECONDS = 300.0  # nothing is asked while a large release is read, or measured on after an epoch


def train_shard(*, shard: Shard, device: str, stopping: Callable[[], bool] = lambda: False) -> None:
    """Train where an earlier attempt stopped (its state is a file of the run's own folder), then register.

    A killed worker loses at most the two minutes since the last state; a cancelled run may be resumed.
    """
    with working_on(shard, for_good=_SAME_AGAIN) as done:
        look = watch(shard, stopping, seconds=_LEASE_SECONDS)
        look()
        folder = _trained(shard, device, look)
        row = register_checkpoint(
            metric="iq",
            name=checkpoints.read_header(folder).name,
            digest=checkpoints.folder_digest(folder),
            folder=folder,
            device=device,
        )
        with transaction.atomic():
            fence(shard)
            done()
            Run.objects.filter(pk=shard.run_id).update(checkpoint=row, phase=f"registered as checkpoint {row.pk}")
        shutil.rmtree(_folder(shard.run), ignore_errors=True)


def _folder(run: Run) -> Path:
    return Path(settings.TRAINING) / f"run-{run.pk:06d}"


def _trained(shard: Shard, device: str, look: Callable[[], None]) -> Path:
    """The checkpoint's folder among the trained ones. Raises Cancelled, LeaseLost, ValueError."""
    asked = shard.run.options
    release = Release.objects.select_related("corpus").get(pk=asked["release"])
    if wrong := verify_release(release=release):
        raise ValueError(f"release {release.pk} is not as it was published: {'; '.join(wrong)}")
    out = _folder(shard.run)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = out / f"release-{release.pk}-{release.sha256[:12]}.jsonl"  # the name that the card shows
    data.unlink(missing_ok=True)
    data.symlink_to(Path(settings.RELEASES).resolve() / release.path)

    def should_stop() -> bool:
        try:
            look()
        except Cancelled:
            return True  # the loop keeps its state before it stops
        return False

    def progress(done: int, total: int, note: str) -> None:
        Run.objects.filter(pk=shard.run_id).update(done=done, total=total, phase=note[:200])

    job = TrainingJob(
        name=f"run-{shard.run_id}",
        data=data,
        licence=release.corpus.licence or "none stated",
        out=out,
        backbone=asked["backbone"],
        epochs=asked["epochs"],
        seed=asked["seed"],
        device=device,
        command=f"Train from release {release.pk}, run {shard.run_id}",
        progress=progress,
        should_stop=should_stop,
    )
    try:
        made = registry.trainer(asked["metric"])(job)
    except TrainingStopped as stopped:
        raise Cancelled from stopped
    target = Path(settings.TRAINED_CHECKPOINTS) / f"iq-run-{shard.run_id}"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    shutil.move(made, target)
    return target
