"""Which ratings count as given."""

from __future__ import annotations

from django.db.models import Count, Max, Q

from annotate.models.campaign import Purpose, Task, TaskState
from annotate.models.rating import Rating


def given() -> Q:
    """Imported, or of a task that was submitted: what a person is still working on is a draft and no rating yet.

    Answers to gold and training measure the rater, not the conversation: they are none either. In SQL: GIVEN.
    """
    return Q(task__isnull=True) | Q(task__state=TaskState.SUBMITTED, task__purpose=Purpose.WORK)


GIVEN = "(k.id IS NULL OR (k.state = 'submitted' AND k.purpose = 'work'))"  # k: the task, joined from the left


def newest_rating() -> int:
    """The highest rating id, drafts included; ratings are only added, so it grows with every change but erasure."""
    return Rating.objects.aggregate(newest=Max("pk"))["newest"] or 0


def submitted_tasks() -> dict[int, int]:
    """corpus id -> how many of its tasks are submitted: what makes ratings of drafts. One query."""
    found = Task.objects.filter(state=TaskState.SUBMITTED).values("campaign__corpus").annotate(n=Count("pk"))
    return dict(found.values_list("campaign__corpus", "n"))
