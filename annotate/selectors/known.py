"""Answers laid beside the known ones: for administrators, for the mark, for raters where the campaign allows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from annotate.answers import CLEARED, value_of
from annotate.intervals import wilson
from annotate.known import accepts
from annotate.models import Campaign, KnownAnswer, Rater, Rating, Task
from annotate.models.campaign import Purpose, TaskState
from people.models import User


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer to a question whose answer is known. question: id of the dimension version."""

    rater: int
    task: int
    turn: int | None
    question: int
    right: bool
    attention: bool


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of `seen` answers, `right` were as expected; of those to attention items apart."""

    right: int = 0
    seen: int = 0
    attention_right: int = 0
    attention_seen: int = 0

    @classmethod
    def of(cls, hits: Iterable[Hit]) -> Accuracy:
        hits = list(hits)
        looked = [hit for hit in hits if hit.attention]
        return cls(sum(hit.right for hit in hits), len(hits), sum(hit.right for hit in looked), len(looked))

    @property
    def percent(self) -> int:
        """Rounded down, so that 70 means at least 70."""
        return 100 * self.right // self.seen if self.seen else 0

    @property
    def interval(self) -> tuple[int, int]:
        """95 % (Wilson), in whole percents."""
        low, high = wilson(self.right, self.seen) if self.seen else (0.0, 1.0)
        return round(100 * low), round(100 * high)

    def reaches(self, mark: int) -> bool:
        """At least `mark` percent of at least one."""
        return self.seen > 0 and 100 * self.right >= mark * self.seen


def hits_among(tasks: QuerySet[Task], *, withdrawn_too: bool = False) -> list[Hit]:
    """Every answer of these tasks to a known question, in the order given; withdrawn items left out. Two queries."""
    rows = KnownAnswer.objects.filter(item__in=tasks.values("item"))
    if not withdrawn_too:
        rows = rows.filter(item__withdrawn=False)
    known = {(row.item_id, row.turn_id, row.dimension_version_id): row for row in rows}
    given = (
        Rating.objects.filter(task__in=tasks.values("pk"), current=True, erased_at=None)
        .exclude(reason=CLEARED)
        .select_related("turn", "task")
        .order_by("pk")
    )
    hits = []
    for rating in given:
        assert rating.task is not None
        answer = known.get((rating.task.item_id, rating.turn_id, rating.dimension_version_id))
        if answer is not None:
            right = accepts(answer.accepted, value=value_of(rating), reason=rating.reason)
            index = rating.turn.index if rating.turn else None
            question = rating.dimension_version_id
            hits.append(Hit(rating.rater_id, rating.task_id or 0, index, question, right, bool(answer.say)))
    return hits


def gold_tasks(campaigns: Sequence[Campaign], *, rater: Rater | None = None) -> QuerySet[Task]:
    """Submitted gold tasks of these campaigns. One query."""
    found = Task.objects.filter(campaign__in=campaigns, purpose=Purpose.GOLD, state=TaskState.SUBMITTED)
    return found if rater is None else found.filter(rater=rater)


def accuracy_of(campaign: Campaign, rater: Rater, *, since: datetime | None = None) -> Accuracy:
    """Of gold, of tasks submitted since then. Two queries."""
    tasks = gold_tasks([campaign], rater=rater)
    return Accuracy.of(hits_among(tasks if since is None else tasks.filter(submitted_at__gt=since)))


def own_accuracy(user: User, *, now: datetime | None = None) -> list[tuple[str, Accuracy]]:
    """(campaign, one's own accuracy) where the campaign shows it, of days (UTC) that are over.

    A figure that moved with every task would tell which of them was gold. Four queries at most.
    """
    midnight = (now or timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    tasks = Task.objects.filter(
        rater__user=user,
        purpose=Purpose.GOLD,
        state=TaskState.SUBMITTED,
        campaign__gold_plan__shows_own=True,
        submitted_at__lt=midnight,
    )
    of = dict(tasks.values_list("pk", "campaign__name"))
    if not of:
        return []
    hits: dict[str, list[Hit]] = {name: [] for name in sorted(set(of.values()))}
    for hit in hits_among(tasks):
        hits[of[hit.task]].append(hit)
    return [(name, Accuracy.of(found)) for name, found in hits.items() if found]
