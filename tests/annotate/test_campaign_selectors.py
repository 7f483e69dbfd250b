"""What an admin reads of a campaign equals a recount, and the end in sight is the pace of the last day."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from annotate.actions.claim_task import claim_task
from annotate.actions.save_operations import save_operations
from annotate.actions.skip_task import skip_task
from annotate.actions.submit_task import submit_task
from annotate.models import Campaign, Task
from annotate.operations import Operation
from annotate.selectors.campaigns import Progress, progress_of, raters_of, skips_of
from annotate.selectors.progress import end_at_pace
from annotate.selectors.queue import desks_of, pace_of
from people.models import User
from tests.factories import make_campaign, make_corpus, make_user

pytestmark = pytest.mark.django_db


def finish(campaign: Campaign, user: User) -> Task:
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    question = campaign.questions.get().dimension_version_id
    operation = Operation(uuid4(), "rate", 0, question, 3)
    save_operations(task_id=task.pk, user=user, base=0, operations=[operation])
    return submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=1)


def test_progress_raters_and_skips() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=3, turns=1), overlap=2)
    first, second = make_user(), make_user()
    finish(campaign, first)
    finish(campaign, second)
    finish(campaign, first)
    task = claim_task(campaign=campaign, user=first).task
    assert task is not None
    skip_task(task_id=task.pk, user=first, op_id=uuid4(), reason="broken")
    claim_task(campaign=campaign, user=second)
    assert progress_of(campaign) == Progress(items=3, finished=1, wanted=6, taken=4, submitted=3)
    assert progress_of(campaign).percent == 50
    raters = raters_of(campaign)
    assert skips_of(campaign, raters) == [("broken", 1)]
    assert [(row["submitted"], row["skipped"], row["open"]) for row in raters] == [(2, 1, 0), (1, 0, 1)]
    (desk,) = desks_of(second)
    assert (desk.submitted, desk.skipped, desk.available, desk.many) == (1, 0, 1, False)
    assert desk.at_hand is not None
    (pace,) = pace_of(first)
    assert (pace.submitted, pace.skipped, pace.open, pace.ms_each) == (2, 1, 0, 0)


def test_the_end_is_as_far_as_the_pace_of_the_last_day_says() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=4, turns=1))
    now = timezone.now()
    assert _end(campaign, now) is None, "nobody has begun"
    finish(campaign, make_user())
    old = finish(campaign, make_user())
    Task.objects.filter(pk=old.pk).update(submitted_at=now - timedelta(days=3))
    assert _end(campaign, now) == now + timedelta(days=2), "two are left, one came in the last day"
    finish(campaign, make_user())
    finish(campaign, make_user())
    assert _end(campaign, now) is None, "all is done"


def _end(campaign: Campaign, now: datetime) -> datetime | None:
    return end_at_pace(progress_of(campaign), raters_of(campaign, now=now), now=now)


def test_a_campaign_without_items_is_at_zero() -> None:
    campaign = make_campaign(opened=False)
    assert progress_of(campaign).percent == 0


def test_a_task_is_of_the_campaign_of_its_item_whatever_is_said() -> None:
    campaign, other = make_campaign(), make_campaign()
    task = claim_task(campaign=campaign, user=make_user()).task
    assert task is not None
    task.refresh_from_db()
    assert task.campaign_id == campaign.pk
    Task.objects.filter(pk=task.pk).update(campaign=other)
    task.refresh_from_db()
    assert task.campaign_id == campaign.pk
