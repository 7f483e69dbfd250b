"""Work is handed out once per place, to those who take part, and when there is none the reason is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from annotate.actions.claim_task import become_rater, claim_task
from annotate.actions.close_campaign import close_campaign
from annotate.actions.free_task import free_task
from annotate.actions.heartbeat import heartbeat
from annotate.actions.release_expired import release_expired
from annotate.actions.skip_task import skip_task
from annotate.models import CampaignItem, Task
from annotate.models.campaign import TaskState
from annotate.refusals import CampaignNotOpen, NotTakingPart, PlaceGone, TaskClosed
from annotate.selectors.queue import campaigns_for
from people.models import AuditEvent
from tests.factories import make_campaign, make_corpus, make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def test_a_claim_takes_the_first_place_and_a_pseudonym() -> None:
    campaign, user = make_campaign(corpus=make_corpus(conversations=3)), make_user()
    task = claim_task(campaign=campaign, user=user, now=NOON).task
    assert task is not None
    assert task.item.position == 0
    assert task.lease_until == NOON + timedelta(minutes=30)
    assert task.rater.pseudonym.startswith("annotator-")
    assert user.username not in task.rater.pseudonym
    assert CampaignItem.objects.get(pk=task.item_id).taken == 1


def test_who_has_a_task_at_hand_gets_that_one_again() -> None:
    campaign, user = make_campaign(), make_user()
    first = claim_task(campaign=campaign, user=user, now=NOON).task
    again = claim_task(campaign=campaign, user=user, now=NOON + timedelta(minutes=10)).task
    assert first == again
    assert again is not None
    assert again.lease_until == NOON + timedelta(minutes=40)
    assert Task.objects.count() == 1


def test_one_place_is_one_rater_and_the_other_is_told_until_when() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1))
    claim_task(campaign=campaign, user=make_user(), now=NOON)
    claim = claim_task(campaign=campaign, user=make_user(), now=NOON)
    assert claim.task is None
    assert claim.words == "The conversations left are reserved by others until 12:30 (UTC)."
    assert claim.until == NOON + timedelta(minutes=30)


def test_an_expired_lease_is_given_to_the_next_who_asks() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1))
    first, second = make_user(), make_user()
    old = claim_task(campaign=campaign, user=first, now=NOON).task
    later = NOON + timedelta(minutes=31)
    new = claim_task(campaign=campaign, user=second, now=later).task
    assert old is not None and new is not None
    assert new.item_id == old.item_id
    old.refresh_from_db()
    assert old.state == TaskState.RELEASED
    assert CampaignItem.objects.get().taken == 1
    with pytest.raises(PlaceGone, match="its place is taken"):
        heartbeat(task_id=old.pk, user=first, now=later)


def test_who_comes_back_takes_the_place_again_while_it_is_free() -> None:
    campaign, user = make_campaign(corpus=make_corpus(conversations=1)), make_user()
    task = claim_task(campaign=campaign, user=user, now=NOON).task
    assert task is not None
    assert release_expired(now=NOON + timedelta(hours=1)) == 1
    assert CampaignItem.objects.get().taken == 0
    heartbeat(task_id=task.pk, user=user, now=NOON + timedelta(hours=2))
    task.refresh_from_db()
    assert task.state == TaskState.OPEN
    assert CampaignItem.objects.get().taken == 1


def test_a_released_draft_is_offered_again_before_anything_new() -> None:
    campaign, user = make_campaign(corpus=make_corpus(conversations=3)), make_user()
    task = claim_task(campaign=campaign, user=user, now=NOON).task
    release_expired(now=NOON + timedelta(hours=1))
    assert claim_task(campaign=campaign, user=user, now=NOON + timedelta(hours=1)).task == task


def test_a_live_lease_is_not_swept() -> None:
    campaign = make_campaign()
    claim_task(campaign=campaign, user=make_user(), now=NOON)
    assert release_expired(now=NOON + timedelta(minutes=29)) == 0


def test_overlap_lets_k_raters_in_and_never_one_more() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1), overlap=2)
    tasks = [claim_task(campaign=campaign, user=make_user(), now=NOON).task for _ in range(3)]
    assert [task is not None for task in tasks] == [True, True, False]
    with pytest.raises(IntegrityError, match="never_more_raters_than_required"), transaction.atomic():
        CampaignItem.objects.update(taken=3)


def test_a_skipped_one_is_not_offered_again_and_the_words_say_so() -> None:
    campaign, user = make_campaign(corpus=make_corpus(conversations=1)), make_user()
    task = claim_task(campaign=campaign, user=user, now=NOON).task
    assert task is not None
    skip_task(task_id=task.pk, user=user, op_id=uuid4(), reason="broken")
    claim = claim_task(campaign=campaign, user=user, now=NOON)
    assert claim.task is None
    assert claim.words == "Nothing is left for you: you have rated or skipped the rest (1 skipped)."
    assert claim_task(campaign=campaign, user=make_user(), now=NOON).task is not None


def test_all_done_is_said() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1))
    CampaignItem.objects.update(taken=1, submitted=1)
    claim = claim_task(campaign=campaign, user=make_user(), now=NOON)
    assert claim.words == "All conversations of this campaign have been rated."


def test_a_draft_and_a_closed_campaign_hand_out_nothing() -> None:
    draft = make_campaign(opened=False)
    with pytest.raises(CampaignNotOpen):
        claim_task(campaign=draft, user=make_user())
    closed = close_campaign(campaign=make_campaign(), by=make_user("admin"))
    with pytest.raises(CampaignNotOpen):
        claim_task(campaign=closed, user=make_user())


def test_in_a_closed_campaign_the_task_at_hand_lives_until_its_lease_ends() -> None:
    campaign, user = make_campaign(), make_user()
    task = claim_task(campaign=campaign, user=user, now=NOON).task
    assert task is not None
    close_campaign(campaign=campaign, by=make_user("admin"))
    kept = heartbeat(task_id=task.pk, user=user, now=NOON + timedelta(minutes=20))
    assert kept.lease_until == NOON + timedelta(minutes=30)
    release_expired(now=NOON + timedelta(hours=1))
    with pytest.raises(PlaceGone, match="closed"):
        heartbeat(task_id=task.pk, user=user, now=NOON + timedelta(hours=1))


def test_a_closed_circle_is_closed_also_to_scientists() -> None:
    chosen = make_user()
    campaign = make_campaign(participants=[chosen])
    assert claim_task(campaign=campaign, user=chosen).task is not None
    for outsider in (make_user(), make_user("scientist"), make_user("admin")):
        with pytest.raises(NotTakingPart):
            claim_task(campaign=campaign, user=outsider)


def test_an_open_circle_is_for_annotators() -> None:
    campaign = make_campaign()
    with pytest.raises(NotTakingPart):
        claim_task(campaign=campaign, user=make_user("scientist"))


def test_an_admin_frees_a_lease_and_it_is_logged() -> None:
    campaign, admin = make_campaign(corpus=make_corpus(conversations=1)), make_user("admin")
    task = claim_task(campaign=campaign, user=make_user()).task
    assert task is not None
    assert free_task(task=task, by=admin).state == TaskState.RELEASED
    assert CampaignItem.objects.get().taken == 0
    assert AuditEvent.objects.filter(verb="task.free", actor=admin).count() == 1
    with pytest.raises(TaskClosed):
        free_task(task=task, by=admin)
    assert CampaignItem.objects.get().taken == 0


def test_a_taken_pseudonym_is_lengthened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotate.actions.claim_task.secrets.token_hex", lambda size: "ab" * size)
    assert become_rater(make_user()).pseudonym == "annotator-abab"
    assert become_rater(make_user()).pseudonym == "annotator-ababab"


def test_a_claim_costs_six_queries() -> None:
    make_campaign(corpus=make_corpus(conversations=5), overlap=2)
    user = make_user()
    campaign = campaigns_for(user).get()  # as pages read it, with its plan
    become_rater(user)
    with CaptureQueriesContext(connection) as queries:
        assert claim_task(campaign=campaign, user=user).task is not None
    real = [query for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(real) == 6, [query["sql"] for query in real]
    assert any("SKIP LOCKED" in query["sql"] for query in real)
