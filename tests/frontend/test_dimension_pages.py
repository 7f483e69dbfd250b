"""The pages of dimensions: first what changes, then what each answer becomes; every mistake said at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from annotate.models import Dimension, DimensionMap, DimensionVersion, Rater, Rating
from people.models import User
from scoring.actions.publish_release import publish_release
from scoring.actions.request_release import request_release
from scoring.selectors.side_by_side import side_by_side
from tests.factories import make_corpus, make_dimension, make_user

pytestmark = pytest.mark.django_db
CHANGE = "/campaigns/dimensions/change/"


@pytest.fixture
def admin() -> User:
    return make_user("admin")


@pytest.fixture
def client(admin: User) -> Client:
    made = Client()
    made.force_login(admin)
    return made


@pytest.fixture
def version() -> DimensionVersion:
    version = make_dimension("warmth")
    conversation = make_corpus(conversations=1).conversations.get()
    rater = Rater.objects.create(corpus=conversation.corpus, pseudonym="r1")
    turn = conversation.turns.get(index=0)
    Rating.objects.create(conversation=conversation, turn=turn, dimension_version=version, rater=rater, number=3)
    return version


def first_step(client: Client, version: DimensionVersion, **more: Any) -> dict[str, Any]:
    """What the form holds when it comes from the button beside a version, and what was changed in it."""
    form = client.get(f"{CHANGE}?from={version.pk}").context["form"]
    return {name: value for name in form.fields if (value := form[name].value())} | more


def test_a_version_is_split_in_two_steps(client: Client, version: DimensionVersion) -> None:
    sent = first_step(client, version, kind="split", scale="1 | Cold\n2 | Warm")
    shown = client.post(CHANGE, sent)
    assert shown.status_code == 200 and not DimensionMap.objects.exists() and version.dimension.versions.count() == 1
    answers = shown.context["answers"]
    (source, target, rows, others) = answers.tables()[0]
    assert (source, target, others) == ("Warmth, version 1", "Warmth, the new version", 0)
    assert [ratings for _, ratings in rows] == [0, 0, 1, 0, 0]
    sent |= {"shown": answers["shown"].value(), "confirm": "1", "why": "Five points were too many."}
    sent |= {"map_0_0_0": "n:1", "map_0_0_1": "n:1", "map_0_0_3": "n:2", "map_0_0_4": "n:2"}
    kept = client.post(CHANGE, sent, follow=True)
    made = DimensionMap.objects.get()
    assert kept.redirect_chain[0][0] == f"/campaigns/dimensions/maps/{made.pk}/"
    assert "cannot be told" in kept.content.decode() and "Five points were too many." in kept.content.decode()
    assert client.post(CHANGE, sent).status_code == 302 and DimensionMap.objects.count() == 1


def test_mistakes_of_both_steps_are_said_at_their_fields(client: Client, version: DimensionVersion) -> None:
    sent = first_step(client, version, question="", scale="1\n1", reasons="erased", kind="rename")
    refused = client.post(CHANGE, sent)
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"question", "scale", "reasons"}
    nothing = client.post(CHANGE, {"op_id": sent["op_id"], "kind": "rename"})
    assert set(nothing.context["form"].errors) == {"sources", "targets"}
    sent = first_step(client, version, kind="rename", scale="1\n2")
    sent["shown"] = client.post(CHANGE, sent).context["answers"]["shown"].value()
    refused = client.post(CHANGE, sent | {"confirm": "1", "map_0_0_0": "n:1", "map_0_0_1": "n:1", "map_0_0_2": "n:9"})
    assert refused.status_code == 422 and not DimensionMap.objects.exists()
    assert set(refused.context["answers"].errors) == {"map_0_0_2"}  # no choice: what a browser cannot send
    refused = client.post(CHANGE, sent | {"confirm": "1", "map_0_0_0": "n:1", "map_0_0_1": "n:1"})
    assert set(refused.context["answers"].errors) == {"why", *(f"map_0_0_{place}" for place in range(5))}


def test_when_the_ends_change_the_answers_are_shown_again(client: Client, version: DimensionVersion) -> None:
    sent = first_step(client, version, kind="rename")
    sent["shown"] = client.post(CHANGE, sent).context["answers"]["shown"].value()
    sent |= {f"map_0_0_{place}": f"n:{place + 1}" for place in range(5)} | {"why": "Other words.", "confirm": "1"}
    again = client.post(CHANGE, sent | {"kind": "merge"})
    assert again.status_code == 200 and not DimensionMap.objects.exists()
    assert again.context["answers"]["why"].value() == "Other words."
    assert client.post(CHANGE, sent).status_code == 302


def test_the_lists_cost_the_same_for_one_and_for_many(
    client: Client, version: DimensionVersion, django_assert_num_queries: Any
) -> None:
    for _ in range(4):
        sent = first_step(client, version, kind="rename")
        sent["shown"] = client.post(CHANGE, sent).context["answers"]["shown"].value()
        sent |= {f"map_0_0_{place}": f"n:{place + 1}" for place in range(5)} | {"why": "Other words.", "confirm": "1"}
        assert client.post(CHANGE, sent).status_code == 302
        version = version.dimension.versions.latest("number")
    with django_assert_num_queries(7):  # session, person; versions, counts, readings; maps, parts
        page = client.get("/campaigns/dimensions/").content.decode()
    assert page.count("Other words.") == 4
    newest = DimensionMap.objects.latest("pk").pk
    with django_assert_num_queries(9):  # session, person; map, parts, counts, campaigns; untold, again, done
        client.get(f"/campaigns/dimensions/maps/{newest}/")


def test_a_new_dimension_can_be_asked_at_once(client: Client) -> None:
    sent = {
        "name": "Politeness", "key": "politeness", "unit": "turn", "kind": "number", "direction": "higher",
        "question": "Is it polite?", "scale": "0 | No\n1 | Yes", "reasons": "no words | No words",
        "example": "1 | “Please.”",
    }  # fmt: skip
    assert client.post("/campaigns/dimensions/new/", sent).status_code == 302
    version = Dimension.objects.get(key="politeness").versions.get()
    assert version.scale[1]["example"] == "“Please.”" and "example" not in version.scale[0]
    assert [point["value"] for point in version.scale] == [0, 1] and version.null_reasons[0]["reason"] == "no words"
    assert "Politeness" in client.get("/campaigns/new/").content.decode()
    again = client.post("/campaigns/dimensions/new/", sent | {"scale": "x"})
    assert again.status_code == 422 and set(again.context["form"].errors) == {"key", "scale"}


def test_a_version_gets_examples_and_the_one_that_was_rated_stays(client: Client, version: DimensionVersion) -> None:
    sent = first_step(client, version, kind="rename", example="4 | “Gladly.”\n5.0 | <b>So</b>")
    sent |= {"counter_example": "4 | “If I must.”"}
    sent["shown"] = client.post(CHANGE, sent).context["answers"]["shown"].value()
    sent |= {f"map_0_0_{place}": f"n:{place + 1}" for place in range(5)} | {"why": "Examples, for all.", "confirm": "1"}
    sent["example"] += "."  # help in other words: the answers were seen as they are
    assert client.post(CHANGE, sent).status_code == 302
    newest = version.dimension.versions.latest("number")
    assert [point.get("example") for point in newest.scale] == [None, None, None, "“Gladly.”", "<b>So</b>."]
    assert [point.get("counter_example") for point in newest.scale] == [None, None, None, "“If I must.”", None]
    assert [{**point, "example": "", "counter_example": ""} for point in newest.scale] == [
        {**point, "value": float(point["value"]), "example": "", "counter_example": ""} for point in version.scale
    ]
    version.refresh_from_db()
    assert "example" not in str(version.scale) and Rating.objects.get().dimension_version == version
    again = first_step(client, newest)
    assert again["example"] == "4 | “Gladly.”\n5 | <b>So</b>."
    page = client.get(f"{CHANGE}?from={newest.pk}").content.decode()
    assert "&lt;b&gt;So&lt;/b&gt;" in page and "<b>So</b>" not in page
    held = client.get("/api/v1/dimensions/").json()
    assert [each["scale"] for each in held["results"] if each["id"] == newest.pk] == [newest.scale]


def test_bad_examples_are_said_at_their_field(client: Client, version: DimensionVersion) -> None:
    sent = first_step(client, version, example=f"9 | None\n1 | {'x' * 501}", counter_example="2", question="")
    refused = client.post(CHANGE, sent)
    assert refused.status_code == 422
    errors = refused.context["form"].errors
    assert set(errors) == {"question", "example", "counter_example"}
    assert len(errors["example"]) == 2 and "Line 1: &#x27;9&#x27; is no answer" in refused.content.decode()
    refused = client.post("/campaigns/dimensions/new/", {"kind": "number", "scale": "", "example": "1"})
    assert {"scale", "example"} <= set(refused.context["form"].errors)


@pytest.mark.django_db(transaction=True)
def test_side_by_side_and_releases_follow_the_map(
    client: Client, admin: User, version: DimensionVersion, tmp_path: Any, settings: Any
) -> None:
    settings.RELEASES = tmp_path
    rating = Rating.objects.get()
    before = written(admin, rating, tmp_path)
    assert b'"maps"' not in before and b'"readings"' not in before
    sent = first_step(client, version, kind="split", scale="1 | Cold\n2 | Warm")
    sent["shown"] = client.post(CHANGE, sent).context["answers"]["shown"].value()
    sent |= {"map_0_0_2": "n:2", "why": "Five points were too many.", "confirm": "1"}
    assert client.post(CHANGE, sent).status_code == 302
    after = written(admin, rating, tmp_path)
    assert b'"version":2' in after.replace(b" ", b"") and b'"said_version":1' in after.replace(b" ", b"")
    assert b"Five points were too many." in after
    found = side_by_side(conversation=rating.conversation)
    assert found.dimensions[version.dimension_id].number == 2
    dot = found.of(rating.turn_id, version.dimension_id).people[0]
    assert (dot.value, dot.text) == (2, "2 · Warm (said 3 · OK, Warmth version 1)")
    table = written(admin, rating, tmp_path, "csv").decode().splitlines()
    assert [line.split(",")[10] for line in table[1:]] == ["reading", "rating"]
    Rating.objects.update(number=1)
    found = side_by_side(conversation=rating.conversation)
    dot = found.of(rating.turn_id, version.dimension_id).people[0]
    assert dot.text.startswith("1 · Terrible")


def written(admin: User, rating: Rating, folder: Any, form: str = "jsonl") -> bytes:
    corpus = rating.conversation.corpus
    release = request_release(name="r", corpus=corpus, format=form, slice={}, requested_by=admin)
    publish_release(release_id=release.pk)
    release.refresh_from_db()
    assert release.state == "ready", release.reason
    return (folder / release.path).read_bytes()
