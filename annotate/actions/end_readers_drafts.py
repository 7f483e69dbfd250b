from __future__ import annotations

from django.db.models import Q

from annotate.actions.skip_task import READS
from annotate.models import Campaign, CampaignItem, Task
from annotate.models.campaign import LOOKS_LIKE_WORK, TaskState
from annotate.places import give_back_places
from people.models import Role


def end_readers_drafts(campaign: Campaign) -> None:
    """End what a campaign's own scientists have at hand of its conversations, there or elsewhere.

    They may now read what others said of them. Training elsewhere goes on: it counts for nothing. The caller is in a
    transaction.
    """
    readers = campaign.participants.filter(role=Role.SCIENTIST).values("user")
    conversations = CampaignItem.objects.filter(campaign=campaign).values("conversation")
    held = Task.objects.filter(
        Q(campaign=campaign) | Q(purpose__in=LOOKS_LIKE_WORK),
        item__conversation__in=conversations,
        rater__user__in=readers,
        state__in=(TaskState.OPEN, TaskState.RELEASED),
    )
    for task in held.select_for_update(of=("self",), no_key=True).order_by("pk"):
        if task.state == TaskState.OPEN:
            give_back_places([task.item_id])
        task.state, task.lease_until, task.skip_reason = TaskState.SKIPPED, None, READS
        task.save(update_fields=["state", "lease_until", "skip_reason"])
