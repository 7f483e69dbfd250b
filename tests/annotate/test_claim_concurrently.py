"""Twenty raters on real connections, three per conversation, sixty conversations: exactly 180 ratings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Count

from annotate.actions.claim_task import claim_task
from annotate.actions.save_operations import save_operations
from annotate.actions.skip_task import skip_task
from annotate.actions.submit_task import submit_task
from annotate.models import Campaign, CampaignItem, Rating, Task
from annotate.models.campaign import TaskState
from annotate.operations import Operation
from annotate.refusals import TaskClosed
from people.models import User
from tests.factories import make_campaign, make_corpus, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, ITEMS, OVERLAP = 20, 60, 3


def work(campaign: Campaign, user: User, start: Barrier) -> tuple[int, int]:
    """Rate until nothing is left; the first conversation is skipped. (submitted, skipped)"""
    submitted = skipped = 0
    question = campaign.questions.get().dimension_version_id
    start.wait()
    try:
        while (task := claim_task(campaign=campaign, user=user).task) is not None:
            if skipped == 0 and user.pk % 4 == 0:
                skip_task(task_id=task.pk, user=user, op_id=uuid4(), reason="broken")
                skipped += 1
                continue
            operation = Operation(uuid4(), "rate", 0, question, 3)
            save_operations(task_id=task.pk, user=user, base=0, operations=[operation])
            submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=1)
            submitted += 1
    finally:
        connection.close()
    return submitted, skipped


@pytest.mark.slow
def test_twenty_raters_give_each_conversation_three_ratings_and_never_four() -> None:
    corpus = make_corpus(conversations=ITEMS, turns=1, sections=False)
    campaign = make_campaign(corpus=corpus, overlap=OVERLAP)
    users = [make_user() for _ in range(PEOPLE)]
    start = Barrier(PEOPLE)
    with ThreadPoolExecutor(PEOPLE) as pool:
        results = list(pool.map(lambda user: work(campaign, user, start), users))
    # Whoever asked while others held the last places went home; the places came back with their skips or submits.
    while any(work(campaign, user, Barrier(1))[0] for user in users):
        pass
    assert Task.objects.filter(state=TaskState.SUBMITTED).count() == ITEMS * OVERLAP == 180
    assert Rating.objects.filter(current=True, task__state=TaskState.SUBMITTED).count() == 180
    counts = CampaignItem.objects.annotate(raters=Count("tasks__rater", distinct=True)).values_list(
        "taken", "submitted"
    )
    assert set(counts) == {(OVERLAP, OVERLAP)}
    assert sum(skipped for _, skipped in results) == Task.objects.filter(state=TaskState.SKIPPED).count()
    assert sum(submitted for submitted, _ in results) <= 180


def test_two_windows_of_one_person_get_the_same_task() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=5, sections=False))
    user = make_user()
    start = Barrier(2)

    def claim(_: int) -> int | None:
        start.wait()
        try:
            task = claim_task(campaign=campaign, user=user).task
            return task.pk if task else None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(claim, range(2))
    assert first == second is not None
    assert CampaignItem.objects.filter(taken=1).count() == 1


def test_an_operation_sent_twice_at_once_is_kept_once() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1, sections=False))
    user = make_user()
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    operation = Operation(uuid4(), "rate", 0, campaign.questions.get().dimension_version_id, 4)
    start = Barrier(4)

    def save(_: int) -> int:
        start.wait()
        try:
            return save_operations(task_id=task.pk, user=user, base=0, operations=[operation]).version
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(save, range(4))) == [1, 1, 1, 1]
    assert Rating.objects.count() == 1


def test_of_submit_and_skip_at_once_one_wins() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1, turns=1, sections=False))
    user = make_user()
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    question = campaign.questions.get().dimension_version_id
    save_operations(task_id=task.pk, user=user, base=0, operations=[Operation(uuid4(), "rate", 0, question, 4)])
    start = Barrier(2)

    def leave(submits: bool) -> bool:
        start.wait()
        try:
            if submits:
                submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=1)
            else:
                skip_task(task_id=task.pk, user=user, op_id=uuid4(), reason="broken")
        except TaskClosed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, (True, False))) == [False, True]
    item, kept = CampaignItem.objects.get(), Task.objects.get()
    assert (item.taken, item.submitted) == ((1, 1) if kept.state == TaskState.SUBMITTED else (0, 0))
