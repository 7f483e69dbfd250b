"""Whatever raters do in whatever order: never k+1, counters equal a recount, what was acknowledged is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from annotate.actions.claim_task import claim_task
from annotate.actions.free_task import free_task
from annotate.actions.release_expired import release_expired
from annotate.actions.save_operations import save_operations
from annotate.actions.skip_task import skip_task
from annotate.actions.submit_task import submit_task
from annotate.models import CampaignItem, Rating, Task, TaskEvent
from annotate.models.campaign import TaskState
from annotate.operations import Operation
from annotate.refusals import MissingAnswers, PlaceGone, Refusal, TaskClosed
from tests.factories import make_campaign, make_corpus, make_user

RATERS = st.integers(0, 3)
HOLDS = (TaskState.OPEN, TaskState.SUBMITTED)


class Assignment(RuleBasedStateMachine):
    """Four raters, three conversations of two turns, two raters each; a clock that only goes forward."""

    @initialize()
    def world(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.campaign = make_campaign(corpus=make_corpus(conversations=3, turns=2, sections=False), overlap=2)
        self.question = self.campaign.questions.get().dimension_version_id
        self.users = [make_user() for _ in range(4)]
        self.admin = make_user("admin")
        self.at_hand: dict[int, int] = {}  # rater -> the task that this rater's window shows
        self.acknowledged: dict[UUID, tuple[int, int, float]] = {}  # op -> (task, turn, value)
        self.sent: list[tuple[int, int, Operation, int]] = []

    @rule(who=RATERS)
    def claim(self, who: int) -> None:
        claim = claim_task(campaign=self.campaign, user=self.users[who], now=self.now)
        if claim.task is None:
            assert claim.words
            free = CampaignItem.objects.filter(campaign=self.campaign, taken__lt=F("required_raters"))
            assert not free.exclude(tasks__rater__user=self.users[who]).exists(), "there was something to claim"
        else:
            assert claim.task.state == TaskState.OPEN
            self.at_hand[who] = claim.task.pk

    @precondition(lambda self: self.at_hand)
    @rule(data=st.data(), turn=st.integers(0, 1), value=st.integers(1, 5))
    def answer(self, data: st.DataObject, turn: int, value: int) -> None:
        who = data.draw(st.sampled_from(sorted(self.at_hand)))
        task = self.at_hand[who]
        base = Task.objects.get(pk=task).version
        operation = Operation(uuid4(), "rate", turn, self.question, value)
        try:
            saved = save_operations(task_id=task, user=self.users[who], base=base, operations=[operation], now=self.now)
        except (TaskClosed, PlaceGone):
            return
        assert saved.version == base + 1
        self.acknowledged[operation.op_id] = (task, turn, float(value))
        self.sent.append((who, task, operation, base))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def answer_again(self, data: st.DataObject) -> None:
        who, task, operation, base = data.draw(st.sampled_from(self.sent))
        before = TaskEvent.objects.count()
        save_operations(task_id=task, user=self.users[who], base=base, operations=[operation], now=self.now)
        assert TaskEvent.objects.count() == before

    @precondition(lambda self: self.at_hand)
    @rule(data=st.data(), again=st.booleans())
    def submit(self, data: st.DataObject, again: bool) -> None:
        who = data.draw(st.sampled_from(sorted(self.at_hand)))
        self._leave(who, again, lambda op_id, base: submit_task(
            task_id=self.at_hand[who], user=self.users[who], op_id=op_id, base=base, now=self.now
        ))  # fmt: skip

    @precondition(lambda self: self.at_hand)
    @rule(data=st.data(), again=st.booleans())
    def skip(self, data: st.DataObject, again: bool) -> None:
        who = data.draw(st.sampled_from(sorted(self.at_hand)))
        self._leave(who, again, lambda op_id, base: skip_task(
            task_id=self.at_hand[who], user=self.users[who], op_id=op_id, reason="broken", now=self.now
        ))  # fmt: skip

    def _leave(self, who: int, again: bool, act: Any) -> None:
        op_id, base = uuid4(), Task.objects.get(pk=self.at_hand[who]).version
        try:
            for _ in range(2 if again else 1):
                act(op_id, base)
        except (TaskClosed, PlaceGone, MissingAnswers):
            return
        self.at_hand.pop(who)

    @rule(minutes=st.integers(1, 45))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        release_expired(now=self.now)

    @precondition(lambda self: self.at_hand)
    @rule(data=st.data())
    def free(self, data: st.DataObject) -> None:
        task = Task.objects.get(pk=self.at_hand[data.draw(st.sampled_from(sorted(self.at_hand)))])
        try:
            free_task(task=task, by=self.admin)
        except Refusal:
            assert task.state != TaskState.OPEN

    @invariant()
    def counters_equal_a_recount_and_stay_below_k(self) -> None:
        for item in CampaignItem.objects.filter(campaign=self.campaign):
            tasks = item.tasks.all()
            assert item.taken == tasks.filter(state__in=HOLDS).count() <= item.required_raters
            assert item.submitted == tasks.filter(state=TaskState.SUBMITTED).count()

    @invariant()
    def what_was_acknowledged_is_there(self) -> None:
        rows = Rating.objects.filter(op_id__in=list(self.acknowledged)).select_related("turn")
        kept = {row.op_id: (row.task_id, row.turn.index, row.number) for row in rows if row.turn}
        assert kept == self.acknowledged

    @invariant()
    def one_answer_is_current_and_versions_have_no_holes(self) -> None:
        for task in Task.objects.filter(item__campaign=self.campaign):
            versions = list(task.events.order_by("version").values_list("version", flat=True))
            assert versions == list(range(1, task.version + 1))
            current = Rating.objects.filter(task=task, current=True)
            assert current.count() == current.values("turn", "dimension_version").distinct().count()


@pytest.mark.slow
class TestAssignment(HypothesisTestCase, Assignment.TestCase):  # type: ignore[misc,name-defined]
    """One world per run, rolled back after it."""

    settings = settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))


pytestmark = pytest.mark.django_db
