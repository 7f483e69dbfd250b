"""Which ratings count as given."""

from __future__ import annotations

from django.db.models import Q

from annotate.models.campaign import TaskState


def given() -> Q:
    """Imported, or of a task that was submitted: what a person is still working on is a draft and no rating yet."""
    return Q(task__isnull=True) | Q(task__state=TaskState.SUBMITTED)
