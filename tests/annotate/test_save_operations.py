"""Every answer is an operation: kept once, in order, as a revision, and refused with a name when it does not fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions.claim_task import claim_task
from annotate.actions.create_campaign import Question
from annotate.actions.release_expired import release_expired
from annotate.actions.save_operations import Saved, save_operations
from annotate.actions.skip_task import skip_task
from annotate.actions.submit_task import submit_task
from annotate.models import CampaignItem, Rating, Task, TaskEvent, TurnTime
from annotate.models.campaign import TaskState
from annotate.operations import Operation
from annotate.refusals import (
    BadOperation,
    BadSkip,
    MissingAnswers,
    NoSuchTask,
    PlaceGone,
    StaleVersion,
    TaskClosed,
)
from people.models import User
from tests.factories import make_campaign, make_corpus, make_dimension, make_questions, make_user

pytestmark = pytest.mark.django_db


class Desk:
    """One annotator with one task."""

    def __init__(self, **campaign: Any) -> None:
        self.user: User = make_user()
        campaign.setdefault("corpus", make_corpus(conversations=1, turns=4))
        campaign.setdefault("questions", make_questions())
        self.campaign = make_campaign(**campaign)
        task = claim_task(campaign=self.campaign, user=self.user).task
        assert task is not None
        self.task: Task = task
        self.ids = list(self.campaign.questions.order_by("position").values_list("dimension_version_id", flat=True))

    def rate(self, turn: int | None, question: int, value: Any = None, **more: Any) -> Operation:
        return Operation(more.pop("op_id", uuid4()), more.pop("kind", "rate"), turn, self.ids[question], value, **more)

    def save(self, *operations: Operation, base: int, **more: Any) -> Saved:
        return save_operations(task_id=self.task.pk, user=self.user, base=base, operations=operations, **more)

    def current(self, turn: int | None, question: int) -> Rating:
        return Rating.objects.get(task=self.task, turn__index=turn, dimension_version=self.ids[question], current=True)

    def refresh(self) -> Task:
        self.task.refresh_from_db()
        return self.task


def test_each_kind_of_answer_is_kept_in_its_column() -> None:
    desk = Desk()
    saved = desk.save(
        desk.rate(0, 0, 4),
        desk.rate(0, 1, reason="no claim"),
        desk.rate(1, 2, ["FS2", "FS1"]),
        desk.rate(None, 3, 5, note="lively"),
        base=0,
    )
    assert saved.version == 4
    assert desk.current(0, 0).number == 4.0
    assert (desk.current(0, 1).number, desk.current(0, 1).reason) == (None, "no claim")
    assert desk.current(1, 2).labels == ["FS1", "FS2"], "a set, kept in the order of the scale"
    assert (desk.current(None, 3).number, desk.current(None, 3).note) == (5.0, "lively")
    assert desk.current(0, 0).rater == desk.task.rater


def test_the_same_operation_twice_is_there_once() -> None:
    desk = Desk()
    operation = desk.rate(0, 0, 4)
    first = desk.save(operation, base=0)
    second = desk.save(operation, base=0)
    assert first == second
    assert Rating.objects.count() == TaskEvent.objects.count() == 1


def test_a_replayed_batch_with_a_new_tail_goes_on_where_it_was() -> None:
    desk = Desk()
    one, two, three = desk.rate(0, 0, 1), desk.rate(0, 0, 2), desk.rate(0, 0, 3)
    desk.save(one, two, base=0)
    saved = desk.save(one, two, three, base=0)
    assert saved.acknowledged == {one.op_id: 1, two.op_id: 2, three.op_id: 3}
    assert desk.current(0, 0).number == 3
    assert desk.current(0, 0).revision == 3
    assert Rating.objects.filter(current=True).count() == 1


def test_a_stale_writer_loses_and_nothing_of_his_is_kept() -> None:
    desk = Desk()
    desk.save(desk.rate(0, 0, 4), base=0)
    with pytest.raises(StaleVersion):
        desk.save(desk.rate(0, 0, 2), desk.rate(1, 0, 2), base=0)
    assert desk.current(0, 0).number == 4
    assert Rating.objects.count() == 1


def test_one_bad_operation_refuses_the_whole_batch() -> None:
    desk = Desk()
    with pytest.raises(BadOperation):
        desk.save(desk.rate(0, 0, 4), desk.rate(0, 0, 6), base=0)
    assert Rating.objects.count() == 0
    assert desk.refresh().version == 0


@pytest.mark.parametrize(
    ("question", "turn", "value", "more"),
    [
        (0, 0, 6, {}),
        (0, 0, True, {}),
        (0, 0, "4", {}),
        (0, 0, None, {}),
        (0, 0, [4], {}),
        (0, 0, None, {"reason": "no claim"}),  # not a reason of this question
        (1, 0, 1, {"reason": "no claim"}),
        (2, 0, [], {}),
        (2, 0, ["FS9"], {}),
        (2, 0, "FS1", {}),
        (0, 4, 4, {}),
        (0, None, 4, {}),
        (3, 0, 4, {}),
        (0, 0, 4, {"kind": "promote"}),
        (0, 0, 4, {"kind": "undo"}),
        (0, 0, None, {"kind": "note"}),
        (0, 1, None, {"kind": "reveal"}),
    ],
)
def test_what_does_not_fit_is_refused(question: int, turn: int | None, value: Any, more: dict[str, Any]) -> None:
    desk = Desk()
    with pytest.raises(BadOperation):
        desk.save(desk.rate(turn, question, value, **more), base=0)
    assert Rating.objects.count() == 0


def test_a_question_of_no_campaign_of_mine_is_refused() -> None:
    desk = Desk()
    foreign = make_dimension()
    with pytest.raises(BadOperation, match="does not ask"):
        desk.save(Operation(uuid4(), "rate", 0, foreign.pk, 4), base=0)


def test_a_question_for_other_roles_is_not_asked() -> None:
    desk = Desk(questions=[Question(make_dimension()), Question(make_dimension(roles=["scientist"]))])
    with pytest.raises(BadOperation, match="does not ask"):
        desk.save(desk.rate(0, 1, 4), base=0)


def test_a_question_of_one_speaker_is_asked_of_his_turns_only() -> None:
    desk = Desk(questions=[Question(make_dimension(), speakers=["agent_2"])])
    desk.save(desk.rate(1, 0, 4), base=0)
    with pytest.raises(BadOperation, match="speaker"):
        desk.save(desk.rate(0, 0, 4), base=1)


def test_clearing_is_a_revision_too() -> None:
    desk = Desk()
    desk.save(desk.rate(0, 0, 4), base=0)
    desk.save(desk.rate(0, 0, kind="clear"), base=1)
    assert (desk.current(0, 0).number, desk.current(0, 0).reason, desk.current(0, 0).revision) == (None, "cleared", 2)


def test_a_note_keeps_the_answer_and_an_answer_keeps_the_note() -> None:
    desk = Desk()
    desk.save(desk.rate(0, 0, kind="note", note="unsure"), base=0)
    assert (desk.current(0, 0).reason, desk.current(0, 0).note) == ("cleared", "unsure")
    desk.save(desk.rate(0, 0, 3), base=1)
    assert (desk.current(0, 0).number, desk.current(0, 0).note) == (3, "unsure")
    desk.save(desk.rate(0, 0, kind="note", note=""), base=2)
    assert (desk.current(0, 0).number, desk.current(0, 0).note) == (3, "")


def test_undo_restores_and_undoing_that_redoes() -> None:
    desk = Desk()
    one, two = desk.rate(0, 0, 1), desk.rate(0, 0, 2)
    desk.save(one, two, base=0)
    undo_two = Operation(uuid4(), "undo", of=two.op_id)
    desk.save(undo_two, base=2)
    assert desk.current(0, 0).number == 1
    desk.save(Operation(uuid4(), "undo", of=one.op_id), base=3)
    assert desk.current(0, 0).reason == "cleared", "before the first answer there was none"
    desk.save(Operation(uuid4(), "undo", of=undo_two.op_id), base=4)
    assert desk.current(0, 0).number == 2
    assert desk.current(0, 0).revision == 5


def test_undo_within_the_batch_it_belongs_to() -> None:
    desk = Desk()
    one, two = desk.rate(0, 0, 1), desk.rate(0, 0, 2)
    desk.save(one, two, Operation(uuid4(), "undo", of=two.op_id), base=0)
    assert desk.current(0, 0).number == 1


def test_another_task_cannot_be_undone_nor_its_ids_used() -> None:
    desk, other = Desk(), Desk()
    operation = other.rate(0, 0, 1)
    other.save(operation, base=0)
    with pytest.raises(BadOperation, match="undo"):
        desk.save(Operation(uuid4(), "undo", of=operation.op_id), base=0)
    with pytest.raises(BadOperation, match="in use"):
        desk.save(desk.rate(0, 0, 1, op_id=operation.op_id), base=0)


def test_a_strangers_task_is_not_there() -> None:
    desk = Desk()
    with pytest.raises(NoSuchTask):
        save_operations(task_id=desk.task.pk, user=make_user("admin"), base=0, operations=[desk.rate(0, 0, 1)])


def test_events_name_revisions_and_never_values() -> None:
    desk = Desk()
    desk.save(desk.rate(0, 0, 4, note="a secret thought"), base=0)
    event = TaskEvent.objects.get()
    assert event.detail == {"turn": 0, "question": desk.ids[0], "rating": desk.current(0, 0).pk, "before": None}


def test_time_is_kept_as_totals_and_cut_to_what_can_be() -> None:
    desk = Desk()
    later = desk.task.claimed_at + timedelta(seconds=10)
    desk.save(desk.rate(0, 0, 4), base=0, times={0: 4000, 1: 99_000_000, 4: 5, 5: 7}, now=later)
    desk.save(base=1, times={0: 3000, 1: 1}, now=later)
    assert dict(TurnTime.objects.values_list("turn_index", "active_ms")) == {0: 4000, 1: 10_000, 4: 5}


def test_a_released_task_takes_its_place_again_with_the_next_answer() -> None:
    desk = Desk()
    release_expired(now=datetime.now(UTC) + timedelta(days=1))
    desk.save(desk.rate(0, 0, 4), base=0)
    assert desk.refresh().state == TaskState.OPEN
    assert CampaignItem.objects.get().taken == 1


def test_a_place_that_another_has_now_is_gone() -> None:
    desk = Desk()
    release_expired(now=datetime.now(UTC) + timedelta(days=1))
    claim_task(campaign=desk.campaign, user=make_user())
    with pytest.raises(PlaceGone, match="draft"):
        desk.save(desk.rate(0, 0, 4), base=0)


def _all_required(desk: Desk) -> list[Operation]:
    turns = [desk.rate(turn, question, 1) for turn in range(4) for question in (0, 1)]
    return [*turns, desk.rate(None, 3, 5)]


def test_submit_keeps_the_place_for_good() -> None:
    desk = Desk()
    desk.save(*_all_required(desk), base=0)
    op_id = uuid4()
    for _ in range(2):
        assert submit_task(task_id=desk.task.pk, user=desk.user, op_id=op_id, base=9).state == TaskState.SUBMITTED
    item = CampaignItem.objects.get()
    assert (item.taken, item.submitted) == (1, 1)
    assert release_expired(now=datetime.now(UTC) + timedelta(days=1)) == 0
    with pytest.raises(TaskClosed, match="submitted"):
        desk.save(desk.rate(0, 0, 4), base=10)
    with pytest.raises(TaskClosed):
        skip_task(task_id=desk.task.pk, user=desk.user, op_id=uuid4(), reason="broken")


def test_submit_names_what_is_missing() -> None:
    desk = Desk()
    desk.save(*_all_required(desk)[1:-1], desk.rate(3, 1, kind="clear"), base=0)
    with pytest.raises(MissingAnswers) as refusal:
        submit_task(task_id=desk.task.pk, user=desk.user, op_id=uuid4(), base=8)
    assert refusal.value.missing == [(0, desk.ids[0]), (3, desk.ids[1]), (None, desk.ids[3])]
    assert CampaignItem.objects.get().submitted == 0


def test_a_stale_submit_loses() -> None:
    desk = Desk()
    desk.save(*_all_required(desk), base=0)
    with pytest.raises(StaleVersion):
        submit_task(task_id=desk.task.pk, user=desk.user, op_id=uuid4(), base=8)


def test_skip_gives_the_place_back_once() -> None:
    desk = Desk()
    op_id = UUID(int=7)
    for _ in range(2):
        skip_task(task_id=desk.task.pk, user=desk.user, op_id=op_id, reason="other", note=" odd ")
    assert CampaignItem.objects.get().taken == 0
    assert desk.refresh().skip_note == "odd"
    with pytest.raises(TaskClosed, match="skipped"):
        desk.save(desk.rate(0, 0, 4), base=1)


@pytest.mark.parametrize(("reason", "note"), [("", ""), ("bored", ""), ("other", "  ")])
def test_a_skip_needs_a_reason(reason: str, note: str) -> None:
    desk = Desk()
    with pytest.raises(BadSkip):
        skip_task(task_id=desk.task.pk, user=desk.user, op_id=uuid4(), reason=reason, note=note)


def test_a_released_task_can_be_skipped_without_a_place_to_give() -> None:
    desk = Desk()
    release_expired(now=datetime.now(UTC) + timedelta(days=1))
    skip_task(task_id=desk.task.pk, user=desk.user, op_id=uuid4(), reason="broken")
    assert CampaignItem.objects.get().taken == 0


def test_without_hindsight_a_turn_is_rated_before_the_next_is_shown() -> None:
    desk = Desk(questions=[Question(make_dimension())], hindsight_free=True)
    with pytest.raises(BadOperation, match="no such turn"):
        desk.save(desk.rate(1, 0, 4), base=0)
    with pytest.raises(BadOperation, match="once the ones before it are rated"):
        desk.save(Operation(uuid4(), "reveal", 1), base=0)
    desk.save(desk.rate(0, 0, 4), Operation(uuid4(), "reveal", 1), desk.rate(1, 0, 3), base=0)
    with pytest.raises(BadOperation, match="after the last one shown"):
        desk.save(Operation(uuid4(), "reveal", 3), base=3)
    with pytest.raises(BadOperation, match="not been shown"):
        submit_task(task_id=desk.task.pk, user=desk.user, op_id=uuid4(), base=3)
    desk.save(desk.rate(0, 0, 2), base=3)
    revisions = Rating.objects.filter(turn__index=0).order_by("revision").values_list("number", flat=True)
    assert list(revisions) == [4, 2], "the second thought is kept beside the first"


@pytest.mark.parametrize("count", [1, 8])
def test_a_save_costs_as_many_queries_as_a_batch(count: int) -> None:
    desk = Desk()
    operations = [desk.rate(turn % 4, turn // 4, 1) for turn in range(count)]
    with CaptureQueriesContext(connection) as queries:
        desk.save(*operations, base=0, times={0: 10})
    real = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(real) == 10, real
