from __future__ import annotations

from datetime import datetime

from annotate.models import Campaign, KnownAnswer, Rater, RaterStanding, Task
from annotate.models.campaign import Purpose, TaskState
from annotate.models.gold import Below
from annotate.selectors.known import Accuracy, accuracy_of, hits_among
from annotate.selectors.mixing import next_training, training_of
from annotate.selectors.standing import plan_of, standing_of


def judge_known(*, task: Task, now: datetime) -> None:
    """Look at the mark after a gold or training task; the caller is in the transaction that ends the task.

    The rater's row is locked already, so that two windows do it one after the other.
    """
    if task.purpose == Purpose.GOLD and task.state == TaskState.SUBMITTED:
        _judge_gold(task.item.campaign, task.rater, now)
    elif task.purpose == Purpose.TRAINING:
        judge_attempt(campaign=task.item.campaign, rater=task.rater, now=now)


def _judge_gold(campaign: Campaign, rater: Rater, now: datetime) -> None:
    plan = plan_of(campaign)
    if plan is None or plan.below == Below.NOTE:
        return
    standing = _locked(campaign, rater)
    accuracy = accuracy_of(campaign, rater, since=standing.counts_since)
    if accuracy.seen < plan.counts_from:
        return
    if accuracy.reaches(plan.mark):
        standing.warned_at = None
    elif plan.below == Below.WARN:
        standing.warned_at = standing.warned_at or now
    else:
        standing.paused_at = standing.paused_at or now
    standing.save(update_fields=["warned_at", "paused_at"])


def judge_attempt(*, campaign: Campaign, rater: Rater, now: datetime) -> bool:
    """Passed or not, once all of an attempt's conversations were submitted or skipped. Whether it was judged now."""
    standing = standing_of(campaign, rater)
    if not standing.in_training or standing.attempt > standing.attempts:
        return False
    tried = Task.objects.filter(rater=rater, item__in=training_of(campaign), attempt=standing.attempt)
    unfinished = tried.filter(state__in=(TaskState.OPEN, TaskState.RELEASED))
    if unfinished.exists() or next_training(campaign, rater, standing.attempt) is not None:
        return False
    plan = plan_of(campaign)
    assert plan is not None, "who is in training has a plan"
    row = _locked(campaign, rater)
    right = sum(hit.right for hit in hits_among(tried.filter(state=TaskState.SUBMITTED)))
    # Of all that was asked: what was skipped is not as expected, or skipping would pass.
    asked = KnownAnswer.objects.filter(item__in=training_of(campaign)).count()
    if Accuracy(right, asked).reaches(plan.training_mark):
        row.passed_at = now
    else:
        row.tried += 1
    row.save(update_fields=["passed_at", "tried"])
    return True


def _locked(campaign: Campaign, rater: Rater) -> RaterStanding:
    RaterStanding.objects.get_or_create(campaign=campaign, rater=rater)
    return RaterStanding.objects.select_for_update().get(campaign=campaign, rater=rater)
