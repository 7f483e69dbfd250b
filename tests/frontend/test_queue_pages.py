"""The queue says what there is, or why there is nothing; progress shows one's own work only."""

from __future__ import annotations

import pytest
from django.test import Client

from annotate.actions.claim_task import claim_task
from annotate.models import Task, TurnTime
from people.models import User
from tests.factories import make_campaign, make_corpus, make_user

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_begin_leads_to_the_conversation_and_go_on_to_the_same() -> None:
    campaign, user = make_campaign(name="Round 1"), make_user()
    client = signed_in(user)
    assert b"Begin" in client.get("/queue/").content
    first = client.post(f"/queue/{campaign.pk}/claim/")
    assert first["Location"] == f"/rate/{Task.objects.get().pk}/"
    assert b"Go on" in client.get("/queue/").content
    assert client.post(f"/queue/{campaign.pk}/claim/")["Location"] == first["Location"]


def test_nothing_is_explained() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1))
    claim_task(campaign=campaign, user=make_user())
    client = signed_in(make_user())
    page = client.get("/queue/").content
    assert b"reserved by others until" in page
    assert b"Begin" not in page
    assert b"reserved by others until" in client.post(f"/queue/{campaign.pk}/claim/", follow=True).content


def test_without_a_campaign_the_queue_says_so() -> None:
    make_campaign(participants=[make_user()])
    make_campaign(opened=False)
    assert b"No campaign is open for you" in signed_in(make_user()).get("/queue/").content


def test_progress_is_ones_own() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=3), overlap=2, name="Round 1")
    mine, other = make_user(), make_user()
    task = claim_task(campaign=campaign, user=mine).task
    assert task is not None
    TurnTime.objects.create(task=task, turn_index=0, active_ms=185_000)
    page = signed_in(mine).get("/my/").content.decode()
    assert "3 min 5 s" in page
    assert task.item.conversation.external_id in page
    assert task.item.conversation.external_id not in signed_in(other).get("/my/").content.decode()


def test_the_page_of_anothers_task_is_not_there() -> None:
    task = claim_task(campaign=make_campaign(), user=make_user()).task
    assert task is not None
    for role in ("annotator", "scientist", "admin"):
        assert signed_in(make_user(role)).get(f"/rate/{task.pk}/").status_code == 404


def test_texts_are_data_in_the_page() -> None:
    user = make_user()
    corpus = make_corpus(conversations=1)
    corpus.conversations.get().turns.filter(index=0).update(text="</script><script>alert(1)</script>")
    task = claim_task(
        campaign=make_campaign(corpus=corpus, instructions="<img src=x onerror=alert(1)>"), user=user
    ).task
    assert task is not None
    page = signed_in(user).get(f"/rate/{task.pk}/").content
    assert b"<script>alert" not in page
    assert b"<img src=x" not in page
