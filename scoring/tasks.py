"""Celery: ids in, one action call, nothing else. A message only wakes a worker; the rows say what to do."""

from __future__ import annotations

from celery import shared_task

from scoring import worker
from scoring.actions.fit_calibration import fit_requested_calibration
from scoring.actions.promote_checkpoint import decide_promotion
from scoring.actions.publish_release import publish_release
from scoring.actions.refresh_stale_comparisons import refresh_stale_comparisons
from scoring.actions.run_analysis import run_analysis
from scoring.actions.score_waiting import score_waiting
from scoring.actions.sweep_releases import sweep_releases
from scoring.actions.sweep_runs import sweep_runs
from scoring.actions.sync_checkpoints import sync_checkpoints
from scoring.actions.welcome import welcome


@shared_task
def score_waiting_task() -> None:
    score_waiting()


@shared_task
def sync_checkpoints_task() -> None:
    sync_checkpoints(device=worker.device())


@shared_task
def welcome_task() -> None:
    welcome(device=worker.device())
    score_waiting()


@shared_task
def sweep_task() -> None:
    sweep_runs()


@shared_task
def refresh_comparisons_task() -> None:
    refresh_stale_comparisons()


@shared_task
def analyse_task(analysis_id: int) -> None:
    run_analysis(analysis_id=analysis_id)


@shared_task
def decide_promotion_task(promotion_id: int) -> None:
    decide_promotion(promotion_id=promotion_id)


@shared_task
def publish_release_task(release_id: int) -> None:
    publish_release(release_id=release_id)


@shared_task
def sweep_releases_task() -> None:
    sweep_releases()


@shared_task
def fit_calibration_task(calibration_id: int) -> None:
    fit_requested_calibration(calibration_id=calibration_id)
