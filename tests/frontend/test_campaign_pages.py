"""An admin lays out a campaign, watches it, frees a lease, closes it; nobody else gets in."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotate.actions.claim_task import claim_task
from annotate.models import Campaign, CampaignItem, Conversation, DimensionVersion, Task
from people.models import User
from scoring.models import Checkpoint, Prediction
from tests.factories import make_campaign, make_corpus, make_dimension, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return make_user("admin")


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def form(**more: Any) -> dict[str, Any]:
    version: DimensionVersion = make_dimension()
    return {
        "name": "Round 1", "corpus": make_corpus(conversations=3).pk, "overlap": 2, "lease_minutes": 30,
        "order": "random", "seed": 1, f"ask_{version.pk}": "required", "open": "1",
    } | more  # fmt: skip


def test_a_campaign_is_created_and_opened_in_one_go(client: Client, admin: User) -> None:
    answer = client.post("/campaigns/new/", form(topic="Music"))
    campaign = Campaign.objects.get()
    assert answer.status_code == 302
    assert (campaign.state, campaign.overlap, campaign.slice, campaign.created_by) == (
        "open", 2, {"topic": "Music"}, admin,
    )  # fmt: skip
    assert CampaignItem.objects.count() == 1
    assert b"0 / 2" in client.get(answer["Location"]).content


def test_a_draft_says_what_it_would_hand_out_and_is_opened_later(client: Client) -> None:
    wanted = form()
    del wanted["open"]
    client.post("/campaigns/new/", wanted)
    campaign = Campaign.objects.get()
    assert campaign.state == "draft"
    assert b"3 conversations would be handed out" in client.get(f"/campaigns/{campaign.pk}/").content
    client.post(f"/campaigns/{campaign.pk}/open/")
    campaign.refresh_from_db()
    assert campaign.state == "open"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, b"This field is required"),
        ({"overlap": 0}, b"greater than or equal to 1"),
        ({"order": "priority"}, b"Choose the checkpoint"),
        ({"chosen_only": "on"}, b"Choose at least one person"),
        ({"order": "own"}, b"not one of the available choices"),
    ],
)
def test_a_wrong_form_says_what_is_wrong(client: Client, change: dict[str, Any], words: bytes) -> None:
    answer = client.post("/campaigns/new/", form(**change))
    assert answer.status_code == 422
    assert words in answer.content
    assert Campaign.objects.count() == 0


def test_a_campaign_asks_something(client: Client) -> None:
    wanted = {key: value for key, value in form().items() if not key.startswith("ask_")}
    assert b"Choose at least one question" in client.post("/campaigns/new/", wanted).content


def test_a_name_is_used_once(client: Client) -> None:
    make_campaign(name="Round 1")
    assert b"already a campaign of this name" in client.post("/campaigns/new/", form()).content


def test_a_slice_without_conversations_is_not_opened(client: Client) -> None:
    answer = client.post("/campaigns/new/", form(topic="Cooking"), follow=True)
    assert b"No conversation of the corpus fits the slice" in answer.content
    assert Campaign.objects.get().state == "draft"


def test_the_seed_is_the_order(client: Client) -> None:
    corpus = make_corpus(conversations=12)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        client.post("/campaigns/new/", form(name=name, corpus=corpus.pk, seed=seed))
    orders = [
        list(campaign.items.order_by("position").values_list("conversation_id", flat=True))
        for campaign in Campaign.objects.order_by("name")
    ]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2])


def test_the_most_uncertain_come_first_and_those_without_a_score_last(client: Client) -> None:
    corpus = make_corpus(conversations=3, turns=2)
    version = make_dimension()
    checkpoint = Checkpoint.objects.create(metric="iq", name="head", digest="1" * 64, dimension_version=version)
    first, second, third = Conversation.objects.order_by("position")
    for conversation, width in ((first, 0.5), (third, 2.0)):
        for turn in conversation.turns.all():
            Prediction.objects.create(
                conversation=conversation, turn=turn, checkpoint=checkpoint, dimension_version=version,
                signature="s", value=3, low=3 - width / 2, high=3 + width / 2, input_sha256="0" * 64,
            )  # fmt: skip
    client.post("/campaigns/new/", form(corpus=corpus.pk, order="priority", checkpoint=checkpoint.pk))
    campaign = Campaign.objects.get()
    order = list(campaign.items.order_by("position").values_list("conversation_id", flat=True))
    assert order == [third.pk, first.pk, second.pk]
    assert b"most uncertain first, by iq head" in client.get(f"/campaigns/{campaign.pk}/").content


def test_an_order_by_a_checkpoint_that_scored_nothing_is_not_opened(client: Client) -> None:
    checkpoint = Checkpoint.objects.create(metric="iq", name="h", digest="1" * 64, dimension_version=make_dimension())
    answer = client.post("/campaigns/new/", form(order="priority", checkpoint=checkpoint.pk), follow=True)
    assert b"has not scored these conversations" in answer.content
    assert Campaign.objects.get().state == "draft"


def test_leases_are_shown_and_freed(client: Client) -> None:
    campaign = make_campaign()
    task = claim_task(campaign=campaign, user=make_user(username="grace")).task
    assert task is not None
    page = client.get(f"/campaigns/{campaign.pk}/").content
    assert b"grace" in page and task.rater.pseudonym.encode() in page
    asked = client.get(f"/campaigns/{campaign.pk}/tasks/{task.pk}/free/").content.decode()
    assert task.rater.pseudonym in asked and "Free the place" in asked
    task.refresh_from_db()
    assert task.state == "open"
    client.post(f"/campaigns/{campaign.pk}/tasks/{task.pk}/free/")
    assert Task.objects.get().state == "released"
    assert b"Nobody holds it any more" in client.get(f"/campaigns/{campaign.pk}/tasks/{task.pk}/free/").content
    again = client.post(f"/campaigns/{campaign.pk}/tasks/{task.pk}/free/", follow=True)
    assert b"no lease to free" in again.content
    other = make_campaign()
    assert client.post(f"/campaigns/{other.pk}/tasks/{task.pk}/free/").status_code == 404


def test_closing_closes_once(client: Client) -> None:
    campaign = make_campaign()
    client.post(f"/campaigns/{campaign.pk}/close/")
    campaign.refresh_from_db()
    assert campaign.state == "closed"
    assert b"only an open one can be closed" in client.post(f"/campaigns/{campaign.pk}/close/", follow=True).content
    assert b"only a draft can be opened" in client.post(f"/campaigns/{campaign.pk}/open/", follow=True).content


@pytest.mark.parametrize("role", ["annotator", "scientist"])
def test_only_admins_lay_out_open_and_close_campaigns(role: str) -> None:
    campaign = make_campaign()
    stranger = Client()
    stranger.force_login(make_user(role))
    for path in ("/campaigns/", f"/campaigns/{campaign.pk}/"):
        assert stranger.get(path).status_code == (200 if role == "scientist" else 404)
    assert stranger.get("/campaigns/new/").status_code == 404
    for path in ("open", "close"):
        assert stranger.post(f"/campaigns/{campaign.pk}/{path}/").status_code == 404
    campaign.refresh_from_db()
    assert campaign.state == "open"


def test_the_list_costs_the_same_for_many(client: Client) -> None:
    costs = []
    for _ in range(2):
        for _ in range(3):
            make_campaign()
        client.get("/campaigns/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/campaigns/").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 5


def metric(name: str, widths: dict[int, float]) -> Checkpoint:
    """A checkpoint with one prediction a conversation: value and half the width of its interval as given."""
    row = Checkpoint.objects.create(
        metric=name, name=name, digest=name[0] * 64, dimension_version=make_dimension(), signature=name
    )
    for pk, width in widths.items():
        Prediction.objects.create(
            conversation_id=pk, checkpoint=row, dimension_version=row.dimension_version, signature=name, value=width,
            low=-width, high=width, input_sha256="0" * 64,
        )  # fmt: skip
    return row


def test_a_campaign_that_draws_by_two_metrics_keeps_chances_and_says_how(client: Client) -> None:
    corpus = make_corpus(conversations=10)
    pks = sorted(Conversation.objects.filter(corpus=corpus).values_list("pk", flat=True))
    one = metric("one", dict(zip(pks, range(10), strict=True)))
    two = metric("two", dict(zip(pks, [9, *range(1, 9), 0], strict=True)))  # they differ about the first and the last
    wanted = form(corpus=corpus.pk, policy="metric_disagreement", sample_size=4, random_percent=20, draw_by=one.pk,
                  draw_against=two.pk)  # fmt: skip
    answer = client.post("/campaigns/new/", wanted)
    campaign = Campaign.objects.get()
    chance = dict(campaign.items.values_list("conversation", "chance"))
    assert len(chance) == 4 and chance[pks[0]] == chance[pks[-1]] == 1.0
    assert all(0 < chance[pk] < 0.6 for pk in chance if pk not in (pks[0], pks[-1]))
    page = client.get(answer["Location"]).content.decode()
    assert "two metrics rank differently" in page and "one one against two two" in page and "from 10" in page


def test_a_draw_by_a_metric_that_has_not_run_waits_as_a_draft(client: Client) -> None:
    row = metric("one", {})
    answer = client.post("/campaigns/new/", form(policy="uncertainty", sample_size=2, draw_by=row.pk), follow=True)
    assert Campaign.objects.get().state == "draft"
    assert b"have not scored" in answer.content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"policy": "random"}, [b"how many are to be drawn"]),
        ({"policy": "random", "sample_size": 4}, [b"holds 3 conversations"]),
        ({"policy": "random", "sample_size": 2, "random_percent": 0}, [b"greater than or equal to 1"]),
        ({"policy": "uncertainty"}, [b"how many are to be drawn", b"Choose the metric that the draw looks at"]),
        ({"policy": "metric_disagreement", "sample_size": 2}, [b"looks at", b"to compare it with"]),
        ({"policy": "mood", "sample_size": 2}, [b"not one of the available choices"]),
    ],
)
def test_a_wrong_draw_says_all_that_is_wrong(client: Client, change: dict[str, Any], words: list[bytes]) -> None:
    answer = client.post("/campaigns/new/", form(**change))
    assert answer.status_code == 422 and not Campaign.objects.exists()
    assert [each for each in words if each not in answer.content] == []
