"""The annotator's API: own tasks only, blind, refusals in words, few queries."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.actions.claim_task import claim_task
from annotate.actions.close_campaign import close_campaign
from annotate.models import Campaign, Conversation, Rater, Rating, Task
from people.models import User
from scoring.models import Checkpoint, Prediction
from tests.factories import make_campaign, make_corpus, make_questions, make_user

pytestmark = pytest.mark.django_db


class Window:
    """A signed-in person's browser, as far as the API sees it."""

    def __init__(self, user: User, *, csrf: bool = False) -> None:
        self.user = user
        self.client = Client(enforce_csrf_checks=csrf)
        self.client.force_login(user)

    def post(self, path: str, data: Any = None, **more: Any) -> Any:
        return self.client.post(f"/api/v1/my/{path}", json.dumps(data), content_type="application/json", **more)

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/my/{path}")


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(corpus=make_corpus(conversations=2), questions=make_questions(), overlap=2)


def _ids(campaign: Campaign) -> list[int]:
    return list(campaign.questions.order_by("position").values_list("dimension_version_id", flat=True))


def _rate(campaign: Campaign, turn: int | None, place: int, value: Any, **more: Any) -> dict[str, Any]:
    return {
        "op_id": str(uuid4()),
        "kind": "rate",
        "turn": turn,
        "question": _ids(campaign)[place],
        "value": value,
    } | more


def _claimed(campaign: Campaign, window: Window) -> int:
    return window.post(f"campaigns/{campaign.pk}/claim/").json()["task"]


def test_claim_save_submit_from_end_to_end(campaign: Campaign) -> None:
    window = Window(make_user())
    task = _claimed(campaign, window)
    operations = [_rate(campaign, turn, place, 1) for turn in range(4) for place in (0, 1)]
    answer = window.post(f"tasks/{task}/operations/", {"base": 0, "operations": operations, "times": {"0": 5}})
    assert answer.status_code == 200
    assert answer.json()["version"] == 8
    assert answer.json()["acknowledged"][operations[0]["op_id"]] == 1
    refused = window.post(f"tasks/{task}/submit/", {"op_id": str(uuid4()), "base": 8})
    assert refused.status_code == 422
    assert refused.json()["code"] == "missing_answers"
    assert refused.json()["missing"] == [{"turn": None, "question": _ids(campaign)[3]}]
    window.post(f"tasks/{task}/operations/", {"base": 8, "operations": [_rate(campaign, None, 3, 5)]})
    done = window.post(f"tasks/{task}/submit/", {"op_id": str(uuid4()), "base": 9})
    assert (done.status_code, done.json()["state"]) == (200, "submitted")
    assert [row["state"] for row in window.get("tasks/").json()["results"]] == ["submitted"]
    assert window.get("campaigns/").json()[0]["submitted"] == 1


def test_a_conflict_carries_what_is_there(campaign: Campaign) -> None:
    window = Window(make_user())
    task = _claimed(campaign, window)
    window.post(f"tasks/{task}/operations/", {"base": 0, "operations": [_rate(campaign, 0, 0, 4)]})
    answer = window.post(f"tasks/{task}/operations/", {"base": 0, "operations": [_rate(campaign, 0, 0, 2)]})
    assert answer.status_code == 409
    standing = answer.json()["standing"]
    assert standing["task"]["version"] == 1
    assert standing["answers"] == [
        {"turn": 0, "question": _ids(campaign)[0], "value": 4.0, "reason": "", "note": "", "evidence": None},
    ]
    assert standing["history"][0]["before"] == {"value": None, "reason": "", "note": "", "evidence": None}


@pytest.mark.parametrize("path", ["", "operations/", "submit/", "skip/", "heartbeat/"])
@pytest.mark.parametrize("role", ["annotator", "scientist", "admin"])
def test_the_task_of_another_is_not_there(campaign: Campaign, path: str, role: str) -> None:
    task = _claimed(campaign, Window(make_user()))
    stranger = Window(make_user(role))
    bodies = {
        "operations/": {"base": 0, "operations": []},
        "submit/": {"op_id": str(uuid4()), "base": 0},
        "skip/": {"op_id": str(uuid4()), "reason": "broken"},
        "heartbeat/": {},
    }
    answer = stranger.post(f"tasks/{task}/{path}", bodies[path]) if path else stranger.get(f"tasks/{task}/")
    assert answer.status_code == 404


def test_a_campaign_of_others_is_not_there_to_claim() -> None:
    campaign = make_campaign(participants=[make_user()])
    window = Window(make_user())
    assert window.get("campaigns/").json() == []
    assert window.post(f"campaigns/{campaign.pk}/claim/").status_code == 404


def test_after_closing_there_is_nothing_to_claim(campaign: Campaign) -> None:
    close_campaign(campaign=campaign, by=make_user("admin"))
    assert Window(make_user()).post(f"campaigns/{campaign.pk}/claim/").status_code == 404


def test_without_a_csrf_token_nothing_is_written(campaign: Campaign) -> None:
    window = Window(make_user(), csrf=True)
    assert window.post(f"campaigns/{campaign.pk}/claim/").status_code == 403
    assert Task.objects.count() == 0


def test_strangers_are_not_answered(campaign: Campaign) -> None:
    assert Client().get("/api/v1/my/tasks/").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"base": -1, "operations": []},
        {"base": 0, "operations": [{"op_id": "x", "kind": "rate"}]},
        {"base": 0, "operations": [{"op_id": str(uuid4()), "kind": "own"}]},
        {"base": 0, "operations": [], "times": {"a": 1}},
        {"base": 0, "operations": [], "times": {"0": -1}},
        {"base": 0, "operations": [{}] * 201},
    ],
)
def test_a_mangled_body_is_refused(campaign: Campaign, body: dict[str, Any]) -> None:
    window = Window(make_user())
    task = _claimed(campaign, window)
    assert window.post(f"tasks/{task}/operations/", body).status_code == 400


def test_keys_that_nobody_may_set_change_nothing(campaign: Campaign) -> None:
    window = Window(make_user())
    task = _claimed(campaign, window)
    other = Rater.objects.create(pseudonym="someone")
    more = {
        "rater": other.pk,
        "task": 99,
        "state": "submitted",
        "role": "admin",
        "revision": 7,
        "made_at": "2001-01-01",
    }
    operation = _rate(campaign, 0, 0, 4) | more
    assert window.post(f"tasks/{task}/operations/", {"base": 0, "operations": [operation], **more}).status_code == 200
    rating = Rating.objects.get()
    assert (rating.task_id, rating.revision, rating.rater.user) == (task, 1, window.user)
    assert rating.made_at is not None and rating.made_at.year > 2001
    assert Task.objects.get(pk=task).state == "open"


def test_an_annotator_is_sent_nothing_of_other_raters_models_or_gold() -> None:
    corpus = make_corpus(conversations=1)
    Conversation.objects.update(extra={"rating": "GOLDVALUE"}, system="SYSTEMNAME", split="SPLITNAME")
    conversation = Conversation.objects.get()
    conversation.turns.update(extra={"partner_rating": "GOLDVALUE"})
    campaign = make_campaign(corpus=corpus, questions=make_questions(), overlap=3)
    peer = make_user(username="PEERNAME")
    task = claim_task(campaign=campaign, user=peer).task
    assert task is not None
    turn = conversation.turns.get(index=0)
    version = campaign.questions.get(position=0).dimension_version
    Rating.objects.create(
        conversation=conversation, turn=turn, dimension_version=version, rater=task.rater, task=task,
        number=3, note="PEERNOTE", made_at=timezone.now(),
    )  # fmt: skip
    gold = Rater.objects.create(pseudonym="GOLDRATER", corpus=corpus)
    Rating.objects.create(conversation=conversation, turn=turn, dimension_version=version, rater=gold, number=2)
    checkpoint = Checkpoint.objects.create(metric="iq", name="CKPT", digest="0" * 64, dimension_version=version)
    Prediction.objects.create(
        conversation=conversation, turn=turn, checkpoint=checkpoint, dimension_version=version,
        signature="MODELSIGNATURE", value=4.321987, low=4.1, high=4.5, input_sha256="0" * 64,
    )  # fmt: skip
    window = Window(make_user())
    mine = _claimed(campaign, window)
    sent = (
        b"".join(window.get(path).content for path in ("campaigns/", "tasks/", f"tasks/{mine}/"))
        + window.post(f"tasks/{mine}/heartbeat/", {}).content
    )
    secrets = ("PEERNAME", "PEERNOTE", task.rater.pseudonym, "GOLDVALUE", "GOLDRATER", "SYSTEMNAME", "SPLITNAME",
               "MODELSIGNATURE", "4.32", "CKPT")  # fmt: skip
    assert [secret for secret in secrets if secret.encode() in sent] == []
    assert json.loads(window.get(f"tasks/{mine}/").content)["answers"] == []


def test_without_hindsight_the_next_turn_is_not_in_the_bytes() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1), hindsight_free=True)
    window = Window(make_user())
    task = _claimed(campaign, window)
    assert b"fact 1 of" not in window.get(f"tasks/{task}/").content
    reveal = {"op_id": str(uuid4()), "kind": "reveal", "turn": 1}
    early = window.post(f"tasks/{task}/operations/", {"base": 0, "operations": [reveal]})
    assert early.status_code == 422
    window.post(f"tasks/{task}/operations/", {"base": 0, "operations": [_rate(campaign, 0, 0, 4), reveal]})
    page = window.get(f"tasks/{task}/").json()
    assert [turn["index"] for turn in page["turns"]] == [0, 1]
    assert b"fact 2 of" not in window.get(f"tasks/{task}/").content


def _real(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


def test_what_the_paths_of_every_second_cost(campaign: Campaign) -> None:
    window = Window(make_user())
    _claimed(campaign, window)
    window.get("campaigns/")  # the session has been seen
    with CaptureQueriesContext(connection) as queries:
        task = _claimed(campaign, window)
    assert len(_real(queries)) <= 7, _real(queries)
    with CaptureQueriesContext(connection) as queries:
        assert window.post(f"tasks/{task}/operations/", {"base": 0, "operations": [_rate(campaign, 0, 0, 4)]})
    assert len(_real(queries)) <= 12, _real(queries)
    with CaptureQueriesContext(connection) as queries:
        assert window.get(f"tasks/{task}/").status_code == 200
    assert len(_real(queries)) <= 9, _real(queries)
