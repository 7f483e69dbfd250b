"""The places of items: the counters that may never be wrong. Whatever changes a task's state calls these.

Locks are always taken in the order rater, task, item, so that nobody waits in a circle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import F

from annotate.models import CampaignItem, StudyPair

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


def count_submitted(item_id: int, of: Counted = CampaignItem) -> None:
    """One more of the item's places is done for good."""
    of.objects.filter(pk=item_id).update(submitted=F("submitted") + 1)
