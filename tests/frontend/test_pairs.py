"""Verdicts on pairs are kept, counted for scientists, and belong to the words that were judged."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from annotate.models import Conversation, Corpus
from people.models import User
from scoring.models import Checkpoint, Evidence, PairVerdict, Prediction
from tests.factories import make_corpus, make_user
from tests.scoring.worlds import make_checkpoint

pytestmark = pytest.mark.django_db
PAIRS = [{"question": "Who built it?", "answer": "Ada"}, {"question": "When?", "answer": "1871"}]


def score(corpus: Corpus, checkpoint: Checkpoint) -> list[Prediction]:
    """A prediction with two pairs for every turn."""
    made = Prediction.objects.bulk_create(
        Prediction(
            conversation=turn.conversation, turn=turn, checkpoint=checkpoint, signature="quals|v:1", value=-0.5,
            dimension_version=checkpoint.dimension_version, input_sha256="0" * 64,
        )
        for conversation in Conversation.objects.filter(corpus=corpus)
        for turn in conversation.turns.all()
    )  # fmt: skip
    Evidence.objects.bulk_create(Evidence(prediction=row, detail={"pairs": PAIRS}) for row in made)
    return made


def say(user: User, row: Prediction, pair: int, verdict: str) -> int:
    client = Client()
    client.force_login(user)
    return client.post(
        f"/side-by-side/evidence/{row.pk}/pairs/{pair}/", {"verdict": verdict}, headers={"HX-Request": "true"}
    ).status_code


@pytest.fixture
def corpus() -> Corpus:
    corpus = make_corpus(conversations=2, turns=2)
    for number, conversation in enumerate(corpus.conversations.order_by("pk")):
        conversation.split = ("train", "dev")[number]
        conversation.save()
    return corpus


@pytest.fixture
def rosalind() -> User:
    return make_user("scientist", username="rosalind")


@pytest.fixture
def client(rosalind: User) -> Client:
    client = Client()
    client.force_login(rosalind)
    return client


def sheet(client: Client, corpus: Corpus, key: str) -> list[list[str]]:
    answer = client.get(f"/side-by-side/pairs/{key}.csv?corpus={corpus.key}")
    return list(csv.reader(io.StringIO(answer.content.decode())))


def test_counts_are_of_pairs_and_of_people(
    corpus: Corpus, client: Client, rosalind: User, django_assert_max_num_queries: Any
) -> None:
    checkpoint = make_checkpoint("quals")
    first, *_, fourth = score(corpus, checkpoint)
    assert say(rosalind, first, 0, "bad_question") == 200
    assert say(rosalind, first, 0, "real_conflict") == 200  # a second one replaces the first
    assert say(make_user("scientist"), first, 0, "bad_answer") == 200
    assert say(rosalind, first, 1, "bad_answer") == 200
    assert say(rosalind, fourth, 1, "knowledge_missing") == 200
    which = ["quals", f"test {checkpoint.digest[:8]}"]
    head, *lines = sheet(client, corpus, "all")
    assert head[2:] == [
        "pairs", "verdicts", "real conflict", "bad question", "bad answer", "knowledge missing", "people differ",
    ]  # fmt: skip
    assert lines == [[*which, "3", "4", "1", "0", "2", "1", "1"]]
    assert sheet(client, corpus, "split")[1:] == [
        [*which, "dev", "1", "1", "0", "0", "0", "1", "0"],
        [*which, "train", "2", "3", "1", "0", "2", "0", "1"],
    ]
    with django_assert_max_num_queries(6):
        page = client.get(f"/side-by-side/pairs/?corpus={corpus.key}&verdict=bad_answer").content.decode()
    assert page.count("#turn-") == 2 and "1871" in page and "rosalind" in page


@pytest.mark.parametrize(("pair", "verdict"), [(2, "bad_answer"), (0, "nonsense"), (0, "")])
def test_what_is_no_verdict_is_refused(corpus: Corpus, rosalind: User, pair: int, verdict: str) -> None:
    row, *_ = score(corpus, make_checkpoint("quals"))
    assert say(rosalind, row, pair, verdict) == 404
    assert PairVerdict.objects.count() == 0


def test_a_verdict_stays_with_its_words_when_the_turn_is_scored_again(
    corpus: Corpus, client: Client, rosalind: User
) -> None:
    row, *_ = score(corpus, make_checkpoint("quals"))
    say(rosalind, row, 0, "bad_question")
    pressed = b'value="bad_question" aria-pressed="true"'
    assert client.get(f"/side-by-side/evidence/{row.pk}/").content.count(pressed) == 1
    Evidence.objects.filter(prediction=row).update(detail={"pairs": [{"question": "Other?", "answer": "x"}, PAIRS[0]]})
    page = client.get(f"/side-by-side/evidence/{row.pk}/").content
    assert page.count(pressed) == 1 and page.index(b"Who built it?") < page.index(pressed)


def test_without_verdicts_or_corpus_the_page_says_so(corpus: Corpus, client: Client) -> None:
    assert b"No verdict yet" in client.get(f"/side-by-side/pairs/?corpus={corpus.key}").content
    assert b"There is no such corpus" in client.get("/side-by-side/pairs/?corpus=nowhere").content
    assert client.get(f"/side-by-side/pairs/all.csv?corpus={corpus.key}").status_code == 404
    assert client.get("/side-by-side/pairs/all.csv?corpus=nowhere").status_code == 404


def test_what_the_knowledge_answers_is_shown_with_the_question(corpus: Corpus, client: Client) -> None:
    row = score(corpus, make_checkpoint("qags"))[0]
    asked = {"question": "Who?", "answer": "Ada", "source_answer": "", "f1": 0.0}
    pairs = [{"question": "When?", "answer": "1871", "source_answer": "<1925>", "f1": 0.5}, asked]
    Evidence.objects.filter(prediction=row).update(detail={"pairs": pairs})
    page = client.get(f"/side-by-side/evidence/{row.pk}/").content.decode()
    assert "the knowledge answers: nothing" in " ".join(page.split())
    assert "&lt;1925&gt;" in page and "0.50" in page
    assert page.index("Who?") < page.index("When?"), "the pair that lowers the score most comes first"
    assert "likelihood given the turn" not in page


def test_a_form_that_is_sent_before_htmx_is_there_keeps_the_verdict_too(corpus: Corpus, rosalind: User) -> None:
    row, *_ = score(corpus, make_checkpoint("quals"))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rosalind)
    opened = strict.get(f"/side-by-side/evidence/{row.pk}/").content.decode()
    address = f"/side-by-side/evidence/{row.pk}/pairs/1/"
    assert f'method="post" action="{address}"' in opened
    token = opened.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    answer = strict.post(address, {"verdict": "bad_answer", "csrfmiddlewaretoken": token})
    assert (answer.status_code, answer["Location"]) == (302, f"/side-by-side/{row.conversation_id}/")
    assert PairVerdict.objects.get().verdict == "bad_answer"
