from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotate.actions.judge_known import judge_attempt
from annotate.actions.release_expired import release_expired
from annotate.models import Campaign, CampaignItem, Rater, Task
from annotate.models.campaign import CampaignState, TaskState
from annotate.places import take_place
from annotate.refusals import CampaignNotOpen, NotTakingPart
from annotate.selectors.mixing import next_gold, next_training, work_for
from annotate.selectors.roles import rater_in
from annotate.selectors.standing import Standing, standing_of
from annotate.selectors.why_nothing import why_nothing
from people.models import User


@dataclass(frozen=True, slots=True)
class Claim:
    """A task, or in words why there is none now; `until` is when something may be free again."""

    task: Task | None
    words: str = ""
    until: datetime | None = None


def claim_task(*, campaign: Campaign, user: User, now: datetime | None = None) -> Claim:
    """The rater's next task in a campaign: the one at hand, a released draft of theirs, or the next free item.

    Where the campaign has them, the training round comes first and gold comes at its rate (docs/gold.md).
    Never k+1 raters: free items are picked with FOR UPDATE SKIP LOCKED, and a check constraint backs the counter.
    Raises CampaignNotOpen, NotTakingPart.
    """
    now = now or timezone.now()
    if campaign.state != CampaignState.OPEN:
        raise CampaignNotOpen(gettext("This campaign is not open."))
    rater, rates_here = rater_in(campaign, user)
    if not rates_here:
        raise NotTakingPart(gettext("You do not take part in this campaign."))
    rater = rater or become_rater(user)
    rater.user = user  # known: not read again
    task = _claim(campaign, rater, now)
    if task is None and release_expired(campaign=campaign, now=now):
        task = _claim(campaign, rater, now)
    if task is not None:
        return Claim(task)
    nothing = why_nothing(campaign, rater, now=now)
    return Claim(None, nothing.words, nothing.until)


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
    standing = standing_of(campaign, rater)
    if standing.why_no_task:
        return None
    mine = Task.objects.filter(rater=rater, campaign=campaign)
    drafts = mine.filter(state__in=(TaskState.OPEN, TaskState.RELEASED)).order_by("state", "claimed_at", "pk")
    for task in drafts.select_for_update(of=("self",), no_key=True)[:20]:
        if task.state == TaskState.RELEASED and not take_place(task.item_id):
            continue
        task.state, task.lease_until = TaskState.OPEN, lease
        task.save(update_fields=["state", "lease_until"])
        return task
    item, attempt = _next_item(campaign, rater, standing)
    if item is None and judge_attempt(campaign=campaign, rater=rater, now=now):
        # What was left of the training round was withdrawn.
        standing = standing_of(campaign, rater)
        item, attempt = (None, 1) if standing.why_no_task else _next_item(campaign, rater, standing)
    if item is None or not take_place(item.pk):
        return None
    return Task.objects.create(
        item=item, rater=rater, lease_until=lease, claimed_at=now, purpose=item.purpose, attempt=attempt
    )


def _next_item(campaign: Campaign, rater: Rater, standing: Standing) -> tuple[CampaignItem | None, int]:
    """The item to hand out, locked where it is work, and which attempt at it this is."""
    if standing.in_training:
        return next_training(campaign, rater, standing.attempt), standing.attempt
    work = work_for(campaign, rater.user).order_by("position").select_for_update(skip_locked=True, no_key=True).first()
    # Gold stands among work: without any left, it would only keep people busy.
    gold = next_gold(campaign, rater.user, rate=standing.rate) if work is not None else None
    return gold or work, 1
