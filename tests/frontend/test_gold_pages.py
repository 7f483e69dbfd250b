"""An admin sets gold up in three ways, sees how raters stand, lets them go on; everything wrong is said at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotate.actions.claim_task import claim_task
from annotate.models import Adjudication, Campaign, CampaignItem, GoldPlan, KnownAnswer, RaterStanding, Turn
from people.models import User
from tests.annotate.gold_worlds import finish, gold_campaign
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return make_user("admin")


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


PLAN = {
    "rate": 20, "mark": 80, "counts_from": 5, "below": "pause", "training_mark": 60, "training_attempts": 3,
}  # fmt: skip


def at(campaign: Campaign, more: str = "") -> str:
    return f"/campaigns/{campaign.pk}/gold/{more}"


def test_the_plan_is_kept_and_what_is_out_of_bounds_is_said(client: Client) -> None:
    campaign = gold_campaign(opened=False)
    assert client.post(at(campaign, "plan/"), PLAN).status_code == 302
    plan = GoldPlan.objects.get()
    assert (plan.rate, plan.mark, plan.below, plan.training_attempts) == (20, 80, "pause", 3)
    answer = client.post(at(campaign, "plan/"), PLAN | {"rate": 60, "mark": -1})
    assert answer.status_code == 422
    assert b"less than or equal to 50" in answer.content
    assert b"greater than or equal to 0" in answer.content


def test_a_known_answer_by_hand_counts_turns_as_people_do(client: Client) -> None:
    campaign = gold_campaign(turns=3, opened=False)
    given: dict[str, Any] = {
        "conversation": "known-c1", "turn": 3, "question": "quality", "accept": "4, 5", "why": "It asks on.",
        "purpose": "training",
    }  # fmt: skip
    assert client.post(at(campaign, "add/"), given).status_code == 302
    answer = KnownAnswer.objects.select_related("turn", "item").get()
    assert answer.turn is not None
    assert (answer.turn.index, answer.accepted, answer.item.purpose) == (2, [4.0, 5.0], "training")
    page = client.get(at(campaign)).content.decode()
    assert "4 Good or 5 Excellent" in page
    refused = client.post(at(campaign, "add/"), given | {"conversation": "nobody", "accept": "9"})
    assert refused.status_code == 422
    assert b"no conversation &#x27;nobody&#x27;" in refused.content
    assert b"9 is no answer; there are 1, 2, 3, 4, 5" in refused.content


def test_a_file_names_line_and_field(client: Client) -> None:
    campaign = gold_campaign(opened=False)
    line = b'{"conversation": "known-c%d", "turn": 0, "question": "quality", "accept": [3]}\n'
    good = SimpleUploadedFile("gold.jsonl", line % 0 + line % 1)
    assert client.post(at(campaign, "file/"), {"file": good}).status_code == 302
    assert CampaignItem.objects.count() == 2
    bad = SimpleUploadedFile("gold.jsonl", line % 2 + line % 9)
    refused = client.post(at(campaign, "file/"), {"file": bad})
    assert refused.status_code == 422
    assert b"gold.jsonl, line 2" in refused.content
    assert CampaignItem.objects.count() == 2


def test_verdicts_become_known_answers(client: Client, admin: User) -> None:
    campaign = gold_campaign(opened=False)
    version = campaign.questions.get().dimension_version
    turns = Turn.objects.filter(conversation__corpus=campaign.corpus).select_related("conversation")[:2]
    verdicts = [
        Adjudication.objects.create(
            conversation=turn.conversation, turn=turn, dimension_version=version, cause="rater", verdict=4,
            note="not for raters", told="It answers.", made_by=admin,
        )
        for turn in turns
    ]  # fmt: skip
    assert client.get(at(campaign)).content.count(b'name="verdict"') == 2
    chosen = {"verdict": [row.pk for row in verdicts], "within": "1", "purpose": "gold"}
    assert client.post(at(campaign, "verdicts/"), chosen).status_code == 302
    assert [answer.accepted for answer in KnownAnswer.objects.all()] == [{"from": 3, "to": 5}] * 2
    assert KnownAnswer.objects.values_list("why", flat=True).distinct().get() == "It answers."
    assert b'name="verdict"' not in client.get(at(campaign)).content
    nothing = client.post(at(campaign, "verdicts/"), {"within": "x"})
    assert nothing.status_code == 422
    assert b"tick at least one" in nothing.content and b"must be a number from 0 on" in nothing.content


def test_a_paused_rater_is_shown_and_let_go_on(client: Client) -> None:
    campaign = gold_campaign(work=8, gold=4, rate=50, counts_from=2, below="pause")
    ada = make_user(username="ada")
    while (task := claim_task(campaign=campaign, user=ada).task) is not None:
        finish(task, ada, 1)
    page = client.get(at(campaign)).content.decode()
    assert "paused" in page and "0 / 2 · 0 %" in page
    other = Client()
    other.force_login(ada)
    assert b"is paused until an administrator has looked" in other.get("/queue/").content
    standing = RaterStanding.objects.get()
    assert client.post(f"/campaigns/{campaign.pk}/raters/{standing.pk}/go-on/").status_code == 302
    assert claim_task(campaign=campaign, user=ada).task is not None


def test_an_item_is_removed_from_a_draft_and_withdrawn_from_an_open_campaign(client: Client) -> None:
    campaign = gold_campaign(gold=2, opened=False)
    first, second = CampaignItem.objects.order_by("position")
    client.post(at(campaign, f"{first.pk}/withdraw/"))
    assert list(CampaignItem.objects.all()) == [second]
    client.post(f"/campaigns/{campaign.pk}/open/")
    client.post(at(campaign, f"{second.pk}/withdraw/"))
    second.refresh_from_db()
    assert second.withdrawn
    assert CampaignItem.objects.filter(purpose="work").count() == 5, "what left the draft is work again"
    work = CampaignItem.objects.filter(purpose="work")[0]
    assert client.post(at(campaign, f"{work.pk}/withdraw/")).status_code == 404


def test_the_page_costs_the_same_for_many_items_and_raters(client: Client) -> None:
    campaign = gold_campaign(work=3, gold=2, rate=50)
    finish_one(campaign)
    client.get(at(campaign))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(at(campaign))
    for _ in range(2):
        finish_one(campaign)
    with CaptureQueriesContext(connection) as many:
        client.get(at(campaign))
    assert len(many) == len(few)
    assert len(few) <= 20


def finish_one(campaign: Campaign) -> None:
    user = make_user()
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    finish(task, user, 5)
