"""What programs read: every list answers, pages by keyset, and is filtered by what is listed only."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from annotate.models import Conversation
from people.actions.make_token import make_token
from people.models import Scope
from tests.factories import make_corpus, make_user
from tests.scoring.test_comparisons import rate
from tests.scoring.worlds import Counting, make_checkpoint, make_run, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask():
    _, token = make_token(user=make_user("scientist"), name="t", scopes=[Scope.READ, Scope.RUN], days=1)

    def get(name: str, *arguments: object, **parameters: object):
        address = reverse(name, args=arguments)
        return Client().get(address, parameters, headers={"authorization": f"Bearer {token}"})

    return get


@pytest.fixture
def corpus():
    corpus = make_corpus(conversations=3, turns=4)
    for row in corpus.conversations.all():
        rate(row, 1, 2, 4)
    make_run(corpus, make_checkpoint("iq"))
    work(Counting())
    make_corpus(conversations=1)
    return corpus


def test_ratings_are_filtered_and_paged(ask, corpus, django_assert_max_num_queries) -> None:
    first = ask("api_ratings", corpus=corpus.key, dimension="interaction_quality", page_size=4).json()
    assert len(first["results"]) == 4 and first["next"]
    second = Client().get(first["next"])
    assert second.status_code == 401
    assert {row["rater"] for row in first["results"]} == {"rater-0", "rater-1"}
    one = Conversation.objects.filter(corpus=corpus).first()
    assert one is not None
    assert len(ask("api_ratings", conversation=one.pk).json()["results"]) == 2
    assert ask("api_ratings", conversation="x").status_code == 400
    with django_assert_max_num_queries(4):
        ask("api_ratings", corpus=corpus.key)


def test_conversations_predictions_and_runs(ask, corpus) -> None:
    rows = ask("api_conversations", corpus=corpus.key).json()["results"]
    assert len(rows) == 3
    whole = ask("api_conversation", rows[0]["id"]).json()
    assert len(whole["turns"]) == 4 and whole["knowledge"][0]["passages"]
    predictions = ask("api_predictions", corpus=corpus.key, conversation=rows[0]["id"]).json()["results"]
    assert [row["value"] for row in predictions] == [0.0, 1.0, 2.0, 3.0]
    assert all(row["signature"] == "counting|v:1" for row in predictions)
    run = ask("api_runs").json()["results"][0]
    assert ask("api_run", run["id"]).json()["state"] == "done"
    for name in ("api_corpora", "api_dimensions", "api_checkpoints"):
        assert ask(name).json()["results"]


def test_the_schema_is_complete_and_without_warnings(ask, capsys) -> None:
    answer = ask("api_schema")
    assert answer.status_code == 200 and b"bearer" in answer.content
    assert "Warning" not in capsys.readouterr().err
