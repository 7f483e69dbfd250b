"""Similar turns on the disagreement page; conversations that diverge alike, from the trace."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotate.models import Conversation, Corpus, DimensionVersion, Rater, Rating, Turn
from frontend.charts.trace import trace
from scoring.actions.refresh_comparisons import refresh_comparisons
from scoring.actions.request_embeddings import request_embeddings
from scoring.likeness import POINTS, apart
from scoring.models import Checkpoint, Comparison, ConversationGap, Prediction, Run
from scoring.selectors.divergence import diverging_alike
from scoring.selectors.side_by_side import side_by_side
from tests.factories import make_corpus, make_user
from tests.scoring.test_meaning import Letters, compare, said, work
from tests.scoring.worlds import make_checkpoint

pytestmark = pytest.mark.django_db


def scientist() -> Client:
    client = Client()
    client.force_login(make_user("scientist"))
    return client


def queries(client: Client, address: str) -> int:
    client.get(address)  # the first one of a session also looks at who signed in
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])


def test_before_anything_is_computed_the_page_says_so_and_lets_one_start_it() -> None:
    corpus, client = said("aaa", "aab"), scientist()
    row = compare(corpus)[0]
    address = f"/disagreement/?corpus={corpus.key}&like={row.pk}"
    page = client.get(address).content.decode()
    assert "has not been computed yet" in page and "Compute it" in page and "No gpu worker" in page
    answer = client.post("/disagreement/embed/", {"corpus": corpus.key, "next": address})
    assert (answer.status_code, answer["location"]) == (302, address)
    run = Run.objects.get(kind="embed")
    assert (run.corpus, run.requested_by.username[:9]) == (corpus, "scientist")  # type: ignore[union-attr]
    page = client.get(address).content.decode()
    assert f"/runs/{run.pk}/" in page and "Compute it" not in page and "every 3s" in page
    assert "work out the meaning" in client.get(f"/runs/{run.pk}/").content.decode()
    assert "work out the meaning" in client.get("/runs/").content.decode()
    work(Letters())
    page = client.get(address).content.decode()
    assert "≈ " in page and "every 3s" not in page and "Compute it" not in page and "aab" in page
    assert client.post("/disagreement/embed/", {"corpus": corpus.key, "next": "https://x.test/"}).status_code == 302


def test_the_address_of_elsewhere_is_not_gone_to() -> None:
    corpus = said("aaa")
    answer = scientist().post("/disagreement/embed/", {"corpus": corpus.key, "next": "https://elsewhere.test/"})
    assert answer["location"] == "/runs/"


@pytest.mark.parametrize("like", ["0", "x", "9" * 40, "-1"])
def test_a_turn_that_is_not_there_is_not_found(like: str) -> None:
    corpus = said("aaa")
    compare(corpus)
    assert scientist().get(f"/disagreement/?corpus={corpus.key}&like={like}").status_code == 404


def test_similar_turns_can_be_filtered_and_judged_where_they_stand() -> None:
    corpus, client = said("aaaa", "aaab", "zzzz", "<b>aa"), scientist()
    rows = compare(corpus)
    request_embeddings(corpus=corpus, requested_by=None)
    work(Letters())
    Conversation.objects.filter(turns=rows[2].turn_id).update(split="rare")
    address = f"/disagreement/?corpus={corpus.key}&like={rows[0].pk}"
    page = client.get(address).content.decode()
    assert page.index("aaab") < page.index("&lt;b&gt;aa") < page.index("zzzz") and "Similar turns" in page
    rare = client.get(f"{address}&split=rare").content.decode()
    assert "zzzz" in rare and "aaab" not in rare and f'name="like" value="{rows[0].pk}"' in rare
    judged = client.post(f"/disagreement/{rows[1].pk}/", {"cause": "item", "note": "", "verdict": ""})
    assert judged.status_code == 200 and f"like={rows[1].pk}" in judged.content.decode()
    assert "like=" in client.get(f"/disagreement/?corpus={corpus.key}").content.decode()


def test_what_similar_turns_cost_does_not_grow_with_their_number() -> None:
    client = scientist()
    few, many = said("aa", "ab"), said(*("a" + chr(97 + place % 26) * 3 for place in range(60)), key="many")
    counts = []
    for corpus in (few, many):
        row = compare(corpus)[0]
        request_embeddings(corpus=corpus, requested_by=None)
        work(Letters())
        address = f"/disagreement/?corpus={corpus.key}&by={row.checkpoint_id}&like={row.pk}"
        counts.append(queries(client, address))
        page = client.get(address).content.decode()
    assert counts[0] == counts[1] <= 20
    assert page.count('class="card item"') == 10 and "page=2" in page
    assert client.get(f"{address}&page=6").content.decode().count('class="card item"') == 9


def judged_world(profiles: dict[str, list[tuple[float, float, bool]]]) -> tuple[Corpus, Checkpoint]:
    """Conversations by name; per turn what people said, what the model said, and whether it is sure of it."""
    corpus = make_corpus(conversations=0, key="paths")
    checkpoint = make_checkpoint("iq")
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    rater = Rater.objects.create(corpus=corpus, pseudonym="rater-1")
    for place, (name, turns) in enumerate(profiles.items()):
        row = Conversation.objects.create(
            corpus=corpus, external_id=name, position=place, turn_count=len(turns), content_hash=f"{place:064d}"
        )
        for index, (people, model, sure) in enumerate(turns):
            turn = Turn.objects.create(conversation=row, index=index, speaker="agent_1", text=f"{index}")
            Rating.objects.create(conversation=row, turn=turn, dimension_version=version, rater=rater, number=people)
            width = 0.1 if sure else 5
            Prediction.objects.create(
                conversation=row, turn=turn, checkpoint=checkpoint, dimension_version=version, signature="s",
                value=model, low=model - width, high=model + width, input_sha256="0" * 64,
            )  # fmt: skip
    refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True)
    return corpus, checkpoint


SAME = [(3.0, 3.0, True)]
FALLS = [(4.0, 4.0, True), (4.0, 3.0, True), (4.0, 2.0, True), (4.0, 1.0, True)]
FALLS_LONG = [(4.0, 4.0, True)] * 2 + [(4.0, 3.0, True)] * 2 + [(4.0, 2.0, True)] * 2 + [(4.0, 1.0, True)] * 2
RISES = [(2.0, 2.0, True), (2.0, 3.0, True), (2.0, 4.0, True), (2.0, 5.0, True)]


def test_the_profile_is_people_minus_model_stretched_to_one_length() -> None:
    judged_world({"falls": FALLS, "long": FALLS_LONG, "one": SAME, "unsure": [(4.0, 1.0, False)] * 3})
    gaps = {row.conversation.external_id: row for row in ConversationGap.objects.select_related("conversation")}
    for name, turns in (("falls", FALLS), ("long", FALLS_LONG), ("one", SAME)):
        n = len(turns)
        signed = [(people - model) / 4 for people, model, _ in turns]
        places = (np.arange(POINTS) + 0.5) / POINTS
        expected = np.interp(places, (np.arange(n) + 0.5) / n, signed)
        assert gaps[name].profile == pytest.approx(expected.tolist()), name
    assert (gaps["falls"].diverges_at, gaps["falls"].diverges) == (1, pytest.approx(1.5 / 4))
    assert (gaps["long"].diverges_at, gaps["long"].diverges) == (2, pytest.approx(2.5 / 8))
    assert (gaps["one"].diverges_at, gaps["one"].diverges) == (None, 1)
    assert (gaps["unsure"].diverges_at, gaps["unsure"].diverges) == (None, 1)


def test_the_first_divergence_is_the_turn_that_the_trace_marks() -> None:
    judged_world({"falls": FALLS, "unsure": [(4.0, 1.0, False), (1.0, 3.0, True)]})
    for row in ConversationGap.objects.select_related("conversation"):
        found = side_by_side(conversation=row.conversation)
        drawn = trace(found, next(iter(found.dimensions)))
        assert drawn is not None and drawn.first_divergence is not None
        assert drawn.first_divergence.turn == row.diverges_at


def test_the_nearest_are_those_of_the_rule() -> None:
    judged_world({"falls": FALLS, "long": FALLS_LONG, "rises": RISES, "same": SAME * 4, "short": FALLS[:2]})
    gap = ConversationGap.objects.select_related("conversation").get(conversation__external_id="falls")
    found = list(diverging_alike(gap, filters={}))
    assert found[0].conversation.external_id == "long" and found[-1].conversation.external_id == "rises"
    for row in found:
        ours = apart(gap.profile or [], row.profile or [], diverges=gap.diverges, other_diverges=row.diverges)
        assert row.apart == pytest.approx(ours)  # type: ignore[attr-defined]
    assert [row.apart for row in found] == sorted(row.apart for row in found)  # type: ignore[attr-defined]


def names(client: Client, address: str) -> list[Any]:
    return [row.conversation.external_id for row, _ in client.get(address).context["rows"]]


def test_the_page_lists_filters_and_links_to_the_trace() -> None:
    _, checkpoint = judged_world({"falls": FALLS, "long": FALLS_LONG, "rises": RISES, "same": SAME * 4})
    Conversation.objects.filter(external_id="rises").update(split="dev")
    client, origin = scientist(), Conversation.objects.get(external_id="falls")
    address = f"/side-by-side/{origin.pk}/alike/{checkpoint.pk}/"
    assert names(client, address) == ["long", "same", "rises"]
    assert names(client, f"{address}?split=dev") == ["rises"]
    assert names(client, f"{address}?turns=5") == ["long"]
    assert names(client, f"{address}?diverging=no") == ["same"]
    assert set(names(client, f"{address}?turns=x&diverging=perhaps")) == {"long", "rises", "same"}
    page = client.get(address).content.decode()
    nearest = Conversation.objects.get(external_id="long")
    assert f"/side-by-side/{nearest.pk}/?by={checkpoint.pk}#turn-2" in page
    assert "Diverges first at turn 2; 4 turns compared." in page and "0.25 times" in page
    assert f'href="{address}"' in client.get(f"/side-by-side/{origin.pk}/").content.decode()
    for asked in ("0", "99", "-1"):
        assert client.get(f"{address}?page={asked}").status_code in (200, 404)
    assert client.get(f"/side-by-side/{origin.pk}/alike/999999/").status_code == 404
    assert client.get(f"/side-by-side/999999/alike/{checkpoint.pk}/").status_code == 404


def test_what_is_not_compared_is_said() -> None:
    corpus, checkpoint = make_corpus(conversations=1), make_checkpoint("iq")
    page = scientist().get(f"/side-by-side/{corpus.conversations.get().pk}/alike/{checkpoint.pk}/")
    assert b"Not compared yet" in page.content


def test_what_the_page_costs_does_not_grow() -> None:
    _, checkpoint = judged_world({"a": FALLS, "b": RISES})
    client, origin = scientist(), Conversation.objects.get(external_id="a")
    address = f"/side-by-side/{origin.pk}/alike/{checkpoint.pk}/"
    one = queries(client, address)
    ConversationGap.objects.bulk_create(
        ConversationGap(
            conversation=Conversation.objects.create(
                corpus=origin.corpus, external_id=f"n{n}", position=n + 9, turn_count=4, content_hash=f"{n + 9:064d}"
            ),
            corpus=origin.corpus, checkpoint=checkpoint, turns=4, mean_size=0.1, profile=[n / 100] * POINTS,
        )
        for n in range(40)
    )  # fmt: skip
    assert queries(client, address) == one <= 8
    assert len(names(client, address)) == 25 and len(names(client, f"{address}?page=2")) == 16
    assert Comparison.objects.count() == 8
