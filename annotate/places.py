"""The places of items: the counters that may never be wrong. Whatever changes a task's state calls these.

Locks are always taken in the order rater, task, item, so that nobody waits in a circle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from django.db.models import F

from annotate.models import CampaignItem, StudyPair, StudyPlace, Task
from annotate.models.campaign import TaskState

Counted = type[CampaignItem] | type[StudyPair]  # what has places: the columns are called alike


def take_place(item_id: int, of: Counted = CampaignItem) -> bool:
    """Take one of the item's places if one is free. One query; the caller is in a transaction."""
    free = of.objects.filter(pk=item_id, taken__lt=F("required_raters"))
    return free.update(taken=F("taken") + 1) == 1


def give_back_places(item_ids: Iterable[int], of: Counted = CampaignItem) -> None:
    """Give back one place per id listed; an id may be listed more than once."""
    counts = Counter(item_ids)
    # In the order of the key, so that two sweeps at once do not wait for each other.
    for item_id, count in sorted(counts.items()):
        of.objects.filter(pk=item_id).update(taken=F("taken") - count)


def release_tasks(tasks: Collection[Task]) -> None:
    """Take the leases of locked open tasks: their places are free at once, the drafts stay."""
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(state=TaskState.RELEASED, lease_until=None)
    for task in tasks:
        task.state, task.lease_until = TaskState.RELEASED, None
    give_back_places(task.item_id for task in tasks)


def release_pairs(places: Collection[StudyPlace]) -> None:
    """The same for a study's pairs; the choices stay."""
    StudyPlace.objects.filter(pk__in=[place.pk for place in places]).update(state=TaskState.RELEASED, lease_until=None)
    for place in places:
        place.state, place.lease_until = TaskState.RELEASED, None
    give_back_places((place.pair_id for place in places), StudyPair)


def count_submitted(item_id: int, of: Counted = CampaignItem) -> None:
    """One more of the item's places is done for good."""
    of.objects.filter(pk=item_id).update(submitted=F("submitted") + 1)
