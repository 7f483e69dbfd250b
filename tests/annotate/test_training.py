"""The training round: first, with feedback after each, passed before anything else is handed out."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from annotate.actions.add_gold import add_gold
from annotate.actions.claim_task import claim_task
from annotate.actions.let_go_on import let_go_on
from annotate.actions.skip_task import skip_task
from annotate.actions.submit_task import submit_task
from annotate.actions.withdraw_gold import withdraw_gold
from annotate.importing.problems import Problems
from annotate.importing.records import BadFile
from annotate.models import Campaign, CampaignItem, RaterStanding, Rating, Task
from annotate.models.campaign import Purpose
from annotate.selectors.given import given
from annotate.selectors.queue import desks_of
from annotate.selectors.rating import task_of, task_payload
from annotate.selectors.standing import NOT_PASSED
from people.models import User
from tests.annotate.gold_worlds import finish, gold_campaign, known
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_user(username="ada")


def claimed(campaign: Campaign, user: User) -> Task:
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    return task


def payload(task: Task, user: User) -> dict[str, Any]:
    found = task_of(task_id=task.pk, user=user)
    assert found is not None
    return task_payload(task=found, user=user)


def test_training_comes_first_and_work_after_it_is_passed(ada: User) -> None:
    campaign = gold_campaign(work=2, gold=1, training=2, rate=50)
    assert desks_of(ada)[0].standing.training == 2
    for place in (1, 2):
        task = claimed(campaign, ada)
        assert task.purpose == Purpose.TRAINING
        training = payload(task, ada)["training"]
        assert (training["place"], training["of"], training["attempt"], training["attempts"]) == (place, 2, 1, 2)
        finish(task, ada, 5)
    assert "The training round is passed, with 2 of 2." in payload(task, ada)["training"]["words"]
    purposes = []
    while (next_one := claim_task(campaign=campaign, user=ada).task) is not None:
        purposes.append(next_one.purpose)
        finish(next_one, ada, 5)
    assert purposes.count("work") == 2 and "training" not in purposes
    assert Rating.objects.filter(given()).count() == 2
    assert desks_of(ada)[0].submitted == len(purposes)


def test_what_is_expected_leaves_the_server_only_after_the_task_was_submitted(ada: User) -> None:
    campaign = gold_campaign(work=1, training=1, turns=2, accept=[1, 2])
    task = claimed(campaign, ada)
    before = payload(task, ada)
    assert before["training"]["feedback"] is None
    assert "Learn 0" not in json.dumps(before)
    finish(task, ada, 4)
    [told] = payload(task, ada)["training"]["feedback"]
    question = campaign.questions.get().dimension_version_id
    assert told == {
        "turn": 0, "question": question, "right": False, "expected": "1 Terrible or 2 Bad", "why": "Learn 0.",
    }  # fmt: skip


def test_work_and_gold_carry_no_training(ada: User) -> None:
    campaign = gold_campaign(work=1, gold=1, rate=50)
    while (task := claim_task(campaign=campaign, user=ada).task) is not None:
        assert payload(task, ada)["training"] is None
        finish(task, ada, 5)
        assert payload(task, ada)["training"] is None


def test_an_attempt_that_does_not_pass_is_tried_again_until_none_is_left(ada: User) -> None:
    campaign = gold_campaign(work=2, training=2, training_attempts=2)
    for attempt in (1, 2):
        for _ in range(2):
            task = claimed(campaign, ada)
            assert (task.purpose, task.attempt) == (Purpose.TRAINING, attempt)
            finish(task, ada, 1)
        words = payload(task, ada)["training"]["words"]
        assert "not passed: 0 of 2, and 70 % are needed" in words
        assert ("You have 1 more attempt." if attempt == 1 else "ask an administrator") in words
    claim = claim_task(campaign=campaign, user=ada)
    assert (claim.task, claim.words) == (None, NOT_PASSED)
    assert desks_of(ada)[0].nothing == NOT_PASSED
    admin = make_user("admin")
    for _ in range(2):
        let_go_on(standing=RaterStanding.objects.get(), by=admin)
    assert RaterStanding.objects.get().more_attempts == 1
    for _ in range(2):
        finish(claimed(campaign, ada), ada, 5)
    assert claimed(campaign, ada).purpose == Purpose.WORK


def test_the_last_training_task_submitted_twice_is_one_attempt(ada: User) -> None:
    campaign = gold_campaign(work=2, training=1)
    done = finish(claimed(campaign, ada), ada, 1)
    event = done.events.get(kind="submit")
    submit_task(task_id=done.pk, user=ada, op_id=event.op_id, base=done.version - 1)
    assert RaterStanding.objects.get().tried == 1


def test_what_is_skipped_is_not_as_expected(ada: User) -> None:
    campaign = gold_campaign(work=2, training=2, training_attempts=1)
    finish(claimed(campaign, ada), ada, 5)
    skip_task(task_id=claimed(campaign, ada).pk, user=ada, op_id=uuid.uuid4(), reason="upsetting")
    assert claim_task(campaign=campaign, user=ada).words == NOT_PASSED


def test_where_the_rest_of_the_round_is_withdrawn_it_ends_there(ada: User) -> None:
    campaign = gold_campaign(work=2, training=2)
    finish(claimed(campaign, ada), ada, 5)
    done = Task.objects.get().item_id
    for item in CampaignItem.objects.filter(purpose=Purpose.TRAINING).exclude(pk=done):
        withdraw_gold(item=item, by=make_user("admin"))
    assert claimed(campaign, ada).purpose == Purpose.WORK
    assert RaterStanding.objects.get().passed_at is not None


def test_two_raters_train_on_the_same_conversations_and_take_no_places(ada: User) -> None:
    campaign = gold_campaign(work=1, training=1, overlap=2)
    people = [ada, make_user()]
    for user in people:
        finish(claimed(campaign, user), user, 5)
        finish(claimed(campaign, user), user, 3)
    work = CampaignItem.objects.get(purpose=Purpose.WORK)
    assert (work.taken, work.submitted) == (2, 2)


def test_the_round_of_an_open_campaign_stays_as_it_was(ada: User) -> None:
    campaign = gold_campaign(work=1, training=1)
    line = known("known-c1", purpose="training")
    with pytest.raises(BadFile) as refused:
        add_gold(campaign=campaign, lines=[line], by=None, problems=Problems())
    assert refused.value.problems[0].field == "conversation"
