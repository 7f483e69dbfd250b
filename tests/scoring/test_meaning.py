"""What turns mean: asked for, embedded by a worker, stored once a text, and searched."""

from __future__ import annotations

import random
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from annotate.models import Conversation, Corpus, Turn
from scoring.actions.cancel_run import cancel_run
from scoring.actions.embed_shard import embed_shard
from scoring.actions.request_embeddings import request_embeddings
from scoring.actions.request_run import NothingToScore
from scoring.actions.resume_run import resume_run
from scoring.actions.score_shard import claim_shard
from scoring.metrics.api import Unavailable
from scoring.models import Comparison, EmbeddedTurn, Prediction, Run, RunKind, Shard, TextEmbedding
from scoring.selectors.meaning import meaning_of, meanings_of, similar
from tests.factories import make_corpus, make_user
from tests.scoring.worlds import make_checkpoint

pytestmark = pytest.mark.django_db


class Letters:
    """A text means its letters: each letter has a direction of its own. `asked` counts the texts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.at_text: Callable[[], None] = lambda: None

    def embed(self, texts: list[str], *, before_batch: Callable[[], None] | None = None) -> list[list[float] | None]:
        self.asked += texts
        if before_batch:
            before_batch()
        self.at_text()
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> list[float] | None:
        if not text.strip():
            return None
        total = [0.0] * 384
        for letter in text:
            chance = random.Random(ord(letter))
            total = [before + chance.gauss(0, 1) for before in total]
        return total


def said(*texts: str, key: str = "talks") -> Corpus:
    """A corpus of one conversation a text, each with that text as its only turn."""
    corpus = make_corpus(conversations=len(texts), turns=1, key=key, sections=False)
    for turn, text in zip(Turn.objects.filter(conversation__corpus=corpus).order_by("pk"), texts, strict=True):
        Turn.objects.filter(pk=turn.pk).update(text=text)
    return corpus


def work(embedder: Letters) -> int:
    taken = 0
    while (shard := claim_shard(worker="w1")) is not None:
        taken += 1
        embed_shard(shard=shard, load=lambda: embedder)
    return taken


def compare(corpus: Corpus) -> list[Comparison]:
    checkpoint = make_checkpoint("iq")
    rows = []
    for turn in Turn.objects.filter(conversation__corpus=corpus).order_by("pk"):
        prediction = Prediction.objects.create(
            conversation=turn.conversation, turn=turn, checkpoint=checkpoint,
            dimension_version=checkpoint.dimension_version, signature="s", value=3, input_sha256="0" * 64,
        )  # fmt: skip
        row = Comparison(
            prediction=prediction, conversation=turn.conversation, turn=turn, corpus=corpus, checkpoint=checkpoint,
            dimension_version=checkpoint.dimension_version, model=3, human=4, raters=1, gap=-0.25, size=0.25,
        )  # fmt: skip
        row.save()
        rows.append(row)
    return rows


def test_a_text_is_embedded_once_wherever_it_stands() -> None:
    embedder, corpus, other = Letters(), said("aaa", "bbb", "aaa", " "), said("bbb", "ccc", key="other")
    for each in (corpus, other):
        run = request_embeddings(corpus=each, requested_by=None)
        work(embedder)
        run.refresh_from_db()
        assert (run.state, run.done, run.total) == ("done", run.total, each.conversations.count())
    assert sorted(embedder.asked) == [" ", "aaa", "bbb", "ccc"]
    assert TextEmbedding.objects.count() == 3 and EmbeddedTurn.objects.count() == 6
    assert (meanings_of(corpus).missing, meanings_of(corpus).active) == (0, False)
    blank = EmbeddedTurn.objects.get(embedding=None)
    assert blank.sketch is None and blank.turn.text == " " and meaning_of(blank.turn_id) is None
    with pytest.raises(NothingToScore, match="has its embedding"):
        request_embeddings(corpus=corpus, requested_by=None)


def test_what_comes_later_is_embedded_later_and_nothing_else() -> None:
    embedder, corpus = Letters(), said("aaa", "bbb")
    request_embeddings(corpus=corpus, requested_by=None)
    work(embedder)
    new = Conversation.objects.create(corpus=corpus, external_id="new", position=9, turn_count=1, content_hash="f" * 64)
    Turn.objects.create(conversation=new, index=0, speaker="agent_1", text="ddd")
    assert meanings_of(corpus).missing == 1
    assert request_embeddings(corpus=corpus, requested_by=None).total == 1
    work(embedder)
    assert embedder.asked == ["aaa", "bbb", "ddd"] or sorted(embedder.asked) == ["aaa", "bbb", "ddd"]


def test_asking_again_while_it_runs_is_the_same_run() -> None:
    corpus = said("aaa")
    first = request_embeddings(corpus=corpus, requested_by=None)
    assert request_embeddings(corpus=corpus, requested_by=None) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(kind=RunKind.EMBED, corpus=corpus)


def test_embeddings_of_another_signature_are_let_go() -> None:
    embedder, corpus = Letters(), said("aaa")
    request_embeddings(corpus=corpus, requested_by=None)
    work(embedder)
    TextEmbedding.objects.update(signature="meaning|v:0")
    turn = Turn.objects.get()
    assert meaning_of(turn.pk) is None
    request_embeddings(corpus=corpus, requested_by=None)
    work(embedder)
    assert meaning_of(turn.pk) is not None and embedder.asked == ["aaa", "aaa"]


def test_a_backbone_that_is_not_there_fails_the_run_with_its_words() -> None:
    run = request_embeddings(corpus=said("aaa"), requested_by=None)

    def load() -> Letters:
        raise Unavailable("fetch it first")

    shard = claim_shard(worker="w1")
    assert shard is not None
    embed_shard(shard=shard, load=load)
    run.refresh_from_db()
    assert (run.state, EmbeddedTurn.objects.count()) == ("failed", 0) and "fetch it first" in run.reason


def test_a_cancelled_run_stops_and_goes_on_where_it_stopped() -> None:
    corpus, embedder = said("aaa", "bbb"), Letters()
    run = request_embeddings(corpus=corpus, requested_by=None)
    shard = claim_shard(worker="w1")
    assert shard is not None
    cancel_run(run=run, by=make_user("admin"))
    embed_shard(shard=shard, load=lambda: embedder)
    run.refresh_from_db()
    assert (run.state, EmbeddedTurn.objects.count()) == ("cancelled", 0)
    resume_run(run=run)
    work(embedder)
    run.refresh_from_db()
    assert (run.state, run.done, EmbeddedTurn.objects.count()) == ("done", 2, 2)


def test_a_worker_that_lost_its_lease_writes_nothing() -> None:
    embedder = Letters()
    request_embeddings(corpus=said("aaa"), requested_by=None)
    shard = claim_shard(worker="w1")
    assert shard is not None
    embedder.at_text = lambda: Shard.objects.filter(pk=shard.pk).update(lease=uuid4()) and None
    embed_shard(shard=shard, load=lambda: embedder)
    assert (TextEmbedding.objects.count(), EmbeddedTurn.objects.count()) == (0, 0)


def test_the_nearest_come_first_and_the_filters_hold() -> None:
    corpus = said("aabb", "aabb", "aabc", "zzzz", "aaab")
    rows = compare(corpus)
    request_embeddings(corpus=corpus, requested_by=None)
    work(Letters())
    origin = meaning_of(rows[0].turn_id)
    assert origin is not None

    def found(**filters: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            listed = similar(to=origin, corpus=corpus, checkpoint=rows[0].checkpoint, filters=filters)
        assert len(queries) == (4 if listed else 2)
        assert [value for _, value in listed] == sorted((value for _, value in listed), reverse=True)
        return [row.turn.text for row, _ in listed]

    assert found()[0] == "aabb" and found()[-1] == "zzzz" and len(found()) == 4
    Conversation.objects.filter(turns=rows[3].turn_id).update(split="rare")
    assert found(split="rare") == ["zzzz"]
    assert found(side="above") == []
    listed = similar(to=origin, corpus=corpus, checkpoint=rows[0].checkpoint, filters={})
    assert listed[0][1] == pytest.approx(1)
