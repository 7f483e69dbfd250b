"""An annotator is sent nothing of other raters, of models, of verdicts not released: every address, every byte."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path

from annotate.models import (
    Adjudication,
    Campaign,
    Conversation,
    Corpus,
    ImportJob,
    Rater,
    Rating,
    Study,
    StudyPlace,
    Task,
)
from people.actions.make_token import make_token
from people.models import Invitation, Scope, User
from scoring.models import Analysis, Checkpoint, Prediction, Promotion, Release, Run
from tests.blindness.crawler import Crawler, routes, seen_in
from tests.blindness.world import DIGITS, MARK, NOTHING_TO_HIDE, World, build

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def world() -> World:
    return build()


def ids(world: World) -> dict[str, list[object]]:
    """Of every place in an address: the ids of real rows, one's own and others'."""

    def of(*models: Any) -> list[object]:
        return sorted({pk for model in models for pk in model.objects.values_list("pk", flat=True)})

    # Of rows that there are many of, the first ones: those of the conversation that two people rated.
    return {
        "task_id": of(Task),
        "place_id": of(StudyPlace),
        "campaign_id": of(Campaign),
        "study_id": of(Study),
        "conversation_id": of(Conversation),
        "corpus_id": of(Corpus),
        "adjudication_id": of(Adjudication),
        "prediction_id": of(Prediction)[:4],
        "checkpoint_id": of(Checkpoint),
        "run_id": of(Run),
        "release_id": of(Release),
        "job_id": of(ImportJob),
        "analysis_id": of(Analysis),
        "promotion_id": of(Promotion),
        "invitation_id": of(Invitation),
        "user_id": of(User),
        "token_id": [1, 2],
        "pair": [0, 1],
        "pk": of(Task, Campaign, Conversation, Checkpoint, Run, Study),
        "key": [*Corpus.objects.values_list("key", flat=True)],
    }


def probe(world: World) -> str:
    """A query string of what pages might take: filters by person, other forms of answer, ends of pages."""
    return (
        f"before=99999999&verdicts=99999999&page=1&rater={world.other.pk}&user={world.other.pk}&task={world.done_task.pk}"
        f"&by={world.checkpoint.pk}&checkpoint={world.checkpoint.pk}&campaign={world.open_task.item.campaign_id}"
        "&corpus=blind&order=gap&format=json&show=all&reveal=1&peers=1&debug=1&fields=*&expand=ratings"
    )


def bodies(world: World) -> list[dict[str, object]]:
    """What a window sends: nothing, a save on a version long gone (answered by what the server holds), a submission."""
    question = world.open_task.item.campaign.questions.first()
    assert question is not None
    save = {"op_id": str(uuid4()), "kind": "rate", "turn": 0, "question": question.dimension_version_id, "value": 3}
    return [
        {},
        {"base": 0, "operations": [save]},
        {"base": 10**6, "operations": [save | {"op_id": str(uuid4()), "value": 99}]},
        {"base": 0, "op_id": str(uuid4())},
        {"base": 0, "op_id": str(uuid4()), "reason": "other", "note": "Mine."},
        {"operations": [{"op_id": str(uuid4()), "kind": "choose", "question": 1, "value": "a"}], "times": {"0": 5}},
    ]


def signed_in(world: World) -> Client:
    client = Client()
    client.force_login(world.me, backend="django.contrib.auth.backends.ModelBackend")
    return client


def by_token(world: World) -> Crawler:
    _, token = make_token(user=world.me, name="program", scopes=[*Scope.values], days=1)
    return Crawler(Client(), ids(world), {"authorization": f"Bearer {token}"})


def test_every_table_is_stated(world: World) -> None:
    """A new table holds something that is planted here, or nothing that could give a judgement away, and says why."""
    tables = {
        model._meta.label
        for app in ("people", "annotate", "scoring")
        for model in apps.get_app_config(app).get_models()
    }  # fmt: skip
    assert sorted(tables - set(world.planted) - set(NOTHING_TO_HIDE)) == []
    assert sorted((set(world.planted) | set(NOTHING_TO_HIDE)) - tables) == []
    assert sorted(set(world.planted) & set(NOTHING_TO_HIDE)) == []


def test_an_annotator_is_sent_nothing_hidden(world: World) -> None:
    crawler = Crawler(signed_in(world), ids(world))
    crawler.read(probe(world))
    assert crawler.leaks == []
    # It was there: one's own work was among what was read, and the addresses of others were tried.
    for address in (f"/rate/{world.open_task.pk}/", f"/rate/{world.done_task.pk}/", "/my/", "/queue/", "/profile/"):
        assert crawler.answered[f"get {address}"] == 200, address
    theirs = Task.objects.exclude(rater__user=world.me).values_list("pk", flat=True)
    assert theirs and all(crawler.answered[f"get /rate/{task}/"] == 404 for task in theirs)
    assert "Look again." in crawler.pages["/my/"]
    crawler.write(bodies(world))
    assert crawler.leaks == []
    stale = f"post /api/v1/my/tasks/{world.open_task.pk}/operations/"
    assert stale in crawler.answered


def test_a_program_of_an_annotator_is_sent_nothing_hidden(world: World) -> None:
    crawler = by_token(world)
    crawler.read(probe(world))
    crawler.write(bodies(world))
    assert crawler.leaks == []
    assert crawler.answered[f"get /api/v1/my/tasks/{world.open_task.pk}/"] == 200
    assert crawler.answered["get /api/v1/ratings/"] == 403


def test_when_the_campaign_is_over_too(world: World) -> None:
    Campaign.objects.update(state="closed")
    Study.objects.update(state="closed")
    crawler = Crawler(signed_in(world), ids(world))
    crawler.read(probe(world))
    assert crawler.leaks == []


def test_what_is_hidden_does_not_change_a_byte(world: World) -> None:
    """Sums, means, an order, a missing row would tell too: with other hidden values every answer is the same."""
    before, after = (Crawler(signed_in(world), ids(world)) for _ in range(2))
    before.read()
    world.change()
    after.read()
    differing = [address for address, text in before.pages.items() if after.pages.get(address) != text]
    assert differing == []
    assert before.pages.keys() == after.pages.keys()


def test_turns_ahead_are_not_sent(world: World) -> None:
    """In a campaign without hindsight, what comes after the turn at hand is hidden like a judgement."""
    task = Task.objects.get(rater__user=world.me, item__campaign__hindsight_free=True)
    ahead = task.item.conversation.turns.get(index=2)
    others = Task.objects.filter(rater__user=world.me, item__conversation=task.item.conversation).exclude(pk=task.pk)
    if others.exists():
        others.update(rater=Rater.objects.create(pseudonym="somebody"))
    ahead.text = f"{MARK} is still to come"
    ahead.save()
    crawler = Crawler(signed_in(world), ids(world))
    crawler.read(probe(world))
    assert crawler.leaks == []
    assert crawler.answered[f"get /rate/{task.pk}/"] == 200


# --- The crawler itself: each of these doors is open in another way, and each has to be found. ---


def _page(request: HttpRequest, task_id: int) -> HttpResponse:
    found = Rating.objects.filter(task_id=task_id).exclude(rater__user=request.user.pk).first()
    return HttpResponse(f"<p>{found.note if found else ''}</p>")


def _api(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"mean": float(Prediction.objects.values_list("value", flat=True)[0] or 0)})


def _linked(request: HttpRequest) -> HttpResponse:
    if request.GET.get("deep") == "yes":
        return StreamingHttpResponse(iter([b"1", f"{DIGITS[:3]},{DIGITS[3:]}".encode()]))  # type: ignore[return-value]
    return HttpResponse('<button hx-get="/linked/?deep=yes">More</button>')


def _header(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse("")
    if request.method == "POST":
        answer["X-Gold"] = MARK
    return answer


def _probed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(MARK.upper() if request.GET.get("reveal") else "")


DOORS = {
    "page": path("leak/<int:task_id>/", _page, name="page"),
    "api": path("leak.json", _api, name="api"),
    "linked": path("linked/", _linked, name="linked"),
    "header": path("header/", _header, name="header"),
    "probed": path("probed/", _probed, name="probed"),
}


@pytest.mark.parametrize("door", DOORS)
def test_the_crawler_finds_a_planted_leak(
    world: World, door: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Doors:
        urlpatterns = [DOORS[door]]

    settings.ROOT_URLCONF = Doors
    crawler = Crawler(signed_in(world), ids(world))
    crawler.read(probe(world))
    crawler.write([{}])
    assert [name for name, _ in routes()] == [door]
    assert crawler.leaks


def test_an_order_that_follows_hidden_values_is_found(world: World, settings: Any) -> None:
    def ordered(request: HttpRequest) -> HttpResponse:
        worst = Rating.objects.exclude(rater__user=world.me).filter(number__lt=10**6).count()
        return HttpResponse(f"{'easy' if worst else 'hard'} item")

    class Doors:
        urlpatterns = [path("ordered/", ordered, name="ordered")]

    settings.ROOT_URLCONF = Doors
    before, after = (Crawler(signed_in(world), ids(world)) for _ in range(2))
    before.read()
    world.change()
    after.read()
    assert before.leaks == [] and before.pages != after.pages


@pytest.mark.parametrize(
    "text",
    [MARK, f'"{MARK.upper()}"', DIGITS, f"{DIGITS[:1]},{DIGITS[1:4]},{DIGITS[4:]}", f"{DIGITS[:4]}.{DIGITS[4:]}",
     f"{DIGITS[:4]}&nbsp;{DIGITS[4:]}"],
)  # fmt: skip
def test_hidden_words_and_numbers_are_known_in_every_form(text: str) -> None:
    assert seen_in(f"<td>{text}12</td>")


def test_what_is_not_hidden_is_not_found() -> None:
    assert not seen_in("<td>4 of 5, 12,345 items; zq x; 81.530</td>")
