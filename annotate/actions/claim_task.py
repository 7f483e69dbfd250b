from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext

from annotate.actions.release_expired import release_expired
from annotate.models import Campaign, CampaignItem, Participant, Rater, Task
from annotate.models.campaign import CampaignState, TaskState
from annotate.places import take_place
from annotate.refusals import CampaignNotOpen, NotTakingPart
from annotate.selectors.meant_for import meant_for
from annotate.selectors.why_nothing import why_nothing
from people.models import Role, User


@dataclass(frozen=True, slots=True)
class Claim:
    """A task, or in words why there is none now; `until` is when something may be free again."""

    task: Task | None
    words: str = ""
    until: datetime | None = None


def claim_task(*, campaign: Campaign, user: User, now: datetime | None = None) -> Claim:
    """The rater's next task in a campaign: the one at hand, a released draft of theirs, or the next free item.

    Never k+1 raters: free items are picked with FOR UPDATE SKIP LOCKED, and a check constraint backs the counter.
    Raises CampaignNotOpen, NotTakingPart.
    """
    now = now or timezone.now()
    if campaign.state != CampaignState.OPEN:
        raise CampaignNotOpen(gettext("This campaign is not open."))
    if not takes_part(campaign, user):
        raise NotTakingPart(gettext("You do not take part in this campaign."))
    rater = become_rater(user)
    task = _claim(campaign, rater, now)
    if task is None and release_expired(campaign=campaign, now=now):
        task = _claim(campaign, rater, now)
    if task is not None:
        return Claim(task)
    nothing = why_nothing(campaign, rater, now=now)
    return Claim(None, nothing.words, nothing.until)


def takes_part(campaign: Campaign, user: User) -> bool:
    """Open to every annotator, or this person is listed. No query for an open campaign's annotator."""
    if campaign.open_to_all and user.role == Role.ANNOTATOR:
        return True
    return Participant.objects.filter(campaign=campaign, user=user).exists()


def become_rater(user: User) -> Rater:
    """The person's rater row; made, under a fresh pseudonym, at the first claim."""
    found = Rater.objects.filter(user=user).first()
    size = 2
    while found is None:
        try:
            with transaction.atomic():
                found, _ = Rater.objects.get_or_create(
                    user=user, defaults={"pseudonym": f"annotator-{secrets.token_hex(size)}"}
                )
        except IntegrityError:  # the pseudonym is taken: a longer one
            size += 1
    return found


@transaction.atomic
def _claim(campaign: Campaign, rater: Rater, now: datetime) -> Task | None:
    # Two windows of one person take turns: a rater holds one task of a campaign at a time.
    Rater.objects.select_for_update(no_key=True).get(pk=rater.pk)
    lease = now + timedelta(minutes=campaign.lease_minutes)
    mine = Task.objects.filter(rater=rater, item__campaign=campaign)
    drafts = mine.filter(state__in=(TaskState.OPEN, TaskState.RELEASED)).order_by("state", "claimed_at", "pk")
    for task in drafts.select_for_update(of=("self",), no_key=True)[:20]:
        if task.state == TaskState.RELEASED and not take_place(task.item_id):
            continue
        task.state, task.lease_until = TaskState.OPEN, lease
        task.save(update_fields=["state", "lease_until"])
        return task
    items = CampaignItem.objects.filter(meant_for(campaign, rater.user_id), campaign=campaign)
    free = items.filter(taken__lt=F("required_raters"))
    item = (
        free.filter(~Exists(Task.objects.filter(item=OuterRef("pk"), rater=rater)))
        .order_by("position")
        .select_for_update(skip_locked=True, no_key=True)
        .first()
    )
    if item is None or not take_place(item.pk):
        return None
    return Task.objects.create(item=item, rater=rater, lease_until=lease, claimed_at=now)
