"""Runs: each turn exactly once, whatever is killed, lost, doubled, cancelled or broken."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from annotate.models import Conversation, KnowledgeSection
from scoring.actions.cancel_run import cancel_run
from scoring.actions.request_run import CheckpointUnavailable, NothingToScore, request_run
from scoring.actions.resume_run import NothingToResume, resume_run
from scoring.actions.score_shard import claim_shard, score_shard
from scoring.actions.sweep_runs import sweep_runs
from scoring.metrics import registry
from scoring.metrics.api import Unavailable
from scoring.models import Evidence, Prediction, RunState, Shard, ShardState
from tests.factories import make_corpus, make_user
from tests.scoring.worlds import Counting, Known, make_checkpoint, make_run, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_conversations_a_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "turns_per_shard", lambda name: 8)


def forget_leases() -> None:
    """As if so much time had passed that every lease ran out."""
    Shard.objects.filter(lease__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))


def assert_each_turn_once(run) -> None:
    turns = [turn.pk for row in Conversation.objects.filter(corpus=run.corpus) for turn in row.turns.all()]
    assert sorted(Prediction.objects.filter(run=run).values_list("turn", flat=True)) == sorted(turns)
    run.refresh_from_db()
    assert (run.state, run.done, run.total) == (RunState.DONE, len(turns), len(turns))


def test_a_run_scores_every_turn_once() -> None:
    run = make_run(make_corpus(conversations=5, turns=4))
    assert run.shards.count() == 3
    assert work(Counting()) == 3
    assert_each_turn_once(run)
    row = Prediction.objects.select_related("turn").filter(turn__index=2).first()
    assert row is not None and row.value == 2.0 and row.signature == "counting|v:1" and len(row.input_sha256) == 64
    assert Evidence.objects.get(prediction=row).detail == {"index": 2}


def test_a_killed_worker_leaves_its_shard_to_the_next() -> None:
    run = make_run(make_corpus(conversations=4, turns=4))
    killed = claim_shard(worker="killed")  # SIGKILL: nothing more is heard of it
    assert killed is not None
    assert work(Counting(), worker="other") == 1  # the leased one is not touched
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    forget_leases()
    assert work(Counting(), worker="other") == 1
    assert_each_turn_once(run)


def test_a_worker_thought_dead_writes_nothing_when_it_comes_back() -> None:
    run = make_run(make_corpus(conversations=2, turns=4))
    slow = claim_shard(worker="slow")
    assert slow is not None
    forget_leases()
    work(Counting(), worker="fast")
    before = set(Prediction.objects.values_list("pk", "made_at"))
    score_shard(shard=slow, load=lambda checkpoint: Counting())
    assert set(Prediction.objects.values_list("pk", "made_at")) == before
    assert_each_turn_once(run)


def test_a_shard_delivered_twice_is_scored_once() -> None:
    run = make_run(make_corpus(conversations=2, turns=4))
    shard = claim_shard(worker="w")
    assert shard is not None
    assert claim_shard(worker="w") is None
    score_shard(shard=shard, load=lambda checkpoint: Counting())
    score_shard(shard=shard, load=lambda checkpoint: Counting())
    assert_each_turn_once(run)


def test_the_same_checkpoint_again_keeps_one_row_a_turn_and_another_adds_its_own() -> None:
    corpus, checkpoint = make_corpus(conversations=2, turns=4), make_checkpoint()
    make_run(corpus, checkpoint)
    work(Counting())
    again = make_run(corpus, checkpoint)
    work(Counting())
    assert_each_turn_once(again)
    assert Prediction.objects.count() == 8
    make_run(corpus, make_checkpoint("iq"))
    work(Counting())
    assert Prediction.objects.count() == 16


def test_a_broken_conversation_fails_its_part_with_the_reason_and_the_rest_is_scored() -> None:
    run = make_run(make_corpus(conversations=4, turns=4))
    poisoned = run.shards.get(number=1).conversations[0]

    class Broken(Counting):
        def score(self, examples, *, before_batch=None):
            if any(example.id == str(poisoned) for example in examples):
                raise ValueError("cannot read this one")
            return super().score(examples, before_batch=before_batch)

    work(Broken())
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "1 of 2 parts failed: ValueError: cannot read this one" in run.reason
    assert run.shards.get(number=1).attempts == 5
    assert Prediction.objects.count() == 8
    resume_run(run=run)
    work(Counting())
    assert_each_turn_once(run)


def test_an_unavailable_metric_fails_at_once_with_its_words() -> None:
    run = make_run(make_corpus())

    def load(checkpoint):
        raise Unavailable("The backbone is not here: run make run with a network.")

    shard = claim_shard(worker="w")
    assert shard is not None
    score_shard(shard=shard, load=load)
    run.refresh_from_db()
    assert run.state == RunState.FAILED and "The backbone is not here" in run.reason


def test_scores_that_do_not_line_up_are_refused() -> None:
    run = make_run(make_corpus())

    class Short(Counting):
        def score(self, examples, *, before_batch=None):
            return [scores[:-1] for scores in super().score(examples)]

    work(Short())
    run.refresh_from_db()
    assert run.state == RunState.FAILED and "do not line up" in run.reason
    assert not Prediction.objects.exists()


def test_a_conversation_that_changed_meanwhile_is_not_written() -> None:
    run = make_run(make_corpus(conversations=1))

    def change(number: int) -> None:
        Conversation.objects.update(content_hash=uuid.uuid4().hex)

    work(Counting(at_example=change))
    run.refresh_from_db()
    assert run.state == RunState.FAILED and "changed while it was being scored" in run.reason
    assert not Prediction.objects.exists()


def test_cancel_stops_waiting_parts_at_once_and_the_one_in_work_before_its_next_batch(monkeypatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr("scoring.actions.leases.time.monotonic", lambda: float(next(clock)) * 10)
    run = make_run(make_corpus(conversations=6, turns=4))
    admin = make_user("admin")
    work(Counting(at_example=lambda number: cancel_run(run=run, by=admin)))
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert not Prediction.objects.exists()
    assert set(run.shards.values_list("state", flat=True)) == {ShardState.CANCELLED}
    resume_run(run=run)
    work(Counting())
    assert_each_turn_once(run)


def test_a_stopping_worker_gives_its_part_back_without_counting_the_attempt() -> None:
    run = make_run(make_corpus(conversations=1))
    shard = claim_shard(worker="w")
    assert shard is not None
    score_shard(shard=shard, load=lambda checkpoint: Counting(), stopping=lambda: True)
    row = Shard.objects.get()
    assert (row.state, row.attempts, row.lease) == (ShardState.WAITING, 0, None)
    work(Counting())
    assert_each_turn_once(run)


def test_a_worker_that_dies_each_time_is_not_tried_for_ever() -> None:
    run = make_run(make_corpus(conversations=1))
    for _ in range(5):
        assert claim_shard(worker="dies") is not None
        forget_leases()
    claim_shard(worker="dies")
    run.refresh_from_db()
    assert run.state == RunState.FAILED and "the worker died each time" in run.reason


def test_runs_share_the_worker_part_by_part() -> None:
    corpus = make_corpus(conversations=6, turns=4)
    first, second = make_run(corpus), make_run(corpus, make_checkpoint("iq"))
    order = []
    while (shard := claim_shard(worker="w")) is not None:
        order.append(shard.run_id)
        score_shard(shard=shard, load=lambda checkpoint: Counting())
    assert order == [first.pk, second.pk] * 3


def test_missing_knowledge_is_a_counted_reason_and_no_number() -> None:
    corpus = make_corpus(conversations=1, turns=4)
    KnowledgeSection.objects.filter(speaker="agent_2").delete()
    run = make_run(corpus, make_checkpoint("overlap"))
    work(Known())
    run.refresh_from_db()
    assert (run.state, run.unscored) == (RunState.DONE, 2)
    rows = Prediction.objects.filter(turn__speaker="agent_2")
    assert {(row.value, row.reason, row.signature) for row in rows} == {
        (None, "knowledge missing", "known|v:1|source:reading-set")
    }


def test_refusals() -> None:
    corpus = make_corpus()
    with pytest.raises(CheckpointUnavailable, match="no weights"):
        make_run(corpus, make_checkpoint(unavailable="no weights"))
    with pytest.raises(NothingToScore):
        request_run(checkpoint=make_checkpoint(), corpus=corpus, slice={"split": "none"}, requested_by=None)
    run = make_run(corpus)
    with pytest.raises(NothingToResume):
        resume_run(run=run)


def test_the_sweep_closes_runs_and_wakes_an_idle_worker_only(monkeypatch) -> None:
    from scoring.models import Worker

    sent: list[str] = []
    monkeypatch.setattr("scoring.actions.sweep_runs.wake_gpu_worker", lambda: sent.append("wake"))
    run = make_run(make_corpus())
    sweep_runs()
    assert sent == []  # nobody is there to hear it
    worker = Worker.objects.create(name="w", queues=["gpu"], busy_with="run 1")
    sweep_runs()
    assert sent == []  # it takes the next part by itself
    Worker.objects.filter(pk=worker.pk).update(busy_with="")
    sweep_runs()
    assert sent == ["wake"]
    run.shards.update(state=ShardState.DONE)  # the worker was killed between its last part and closing the run
    sweep_runs()
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_a_claim_costs_few_queries(django_assert_max_num_queries) -> None:
    make_run(make_corpus(conversations=6, turns=4))
    with django_assert_max_num_queries(6):
        assert claim_shard(worker="w") is not None
