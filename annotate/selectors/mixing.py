"""Which items a person may be given: work with a free place, gold mixed in among it, the training round."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, QuerySet

from annotate.assignment import is_gold_next, order_key, tasks_to_come
from annotate.models import Campaign, CampaignItem, Rater, Task
from annotate.models.campaign import LOOKS_LIKE_WORK, Purpose
from annotate.selectors.meant_for import meant_for
from annotate.selectors.roles import known_to
from annotate.selectors.standing import plan_of
from people.models import User


def work_for(campaign: Campaign, user: User | None) -> QuerySet[CampaignItem]:
    """Work with a free place that this person has not had. One query."""
    had = Task.objects.filter(item=OuterRef("pk"), rater__user=user)
    items = CampaignItem.objects.filter(meant_for(campaign, user.pk if user else None), campaign=campaign)
    free = items.filter(purpose=Purpose.WORK, taken__lt=F("required_raters"))
    return free.filter(~Exists(had), ~known_to(user.pk if user else None))


def gold_for(campaign: Campaign, user: User | None) -> QuerySet[CampaignItem]:
    """Gold of conversations that this person had in no task of any campaign. One query."""
    had = Task.objects.filter(item__conversation=OuterRef("conversation"), rater__user=user)
    gold = CampaignItem.objects.filter(campaign=campaign, purpose=Purpose.GOLD, withdrawn=False)
    return gold.filter(~Exists(had), ~known_to(user.pk if user else None))


def next_gold(campaign: Campaign, user: User | None, *, rate: int) -> CampaignItem | None:
    """The gold item that is this person's next task; None where it is work's turn, or no gold is left. Two queries."""
    seed = _seed(campaign, user)
    if not rate or not is_gold_next(_done(campaign, user), rate, seed):
        return None
    return min(gold_for(campaign, user), key=lambda item: order_key(seed, f"item {item.pk}"), default=None)


def with_gold(campaign: Campaign, user: User, free: int) -> int:
    """How many tasks `free` items of work are to this person, the gold among them included. Two queries with gold."""
    plan = plan_of(campaign)
    if plan is None or not plan.rate or not free:
        return free
    done, gold = _done(campaign, user), gold_for(campaign, user).count()
    return tasks_to_come(done, free, gold, plan.rate, _seed(campaign, user))


def next_training(campaign: Campaign, rater: Rater, attempt: int) -> CampaignItem | None:
    """The next conversation of the training round that this attempt has not had. One query."""
    had = Task.objects.filter(item=OuterRef("pk"), rater=rater, attempt=attempt)
    return training_of(campaign).filter(~Exists(had)).order_by("position", "pk").first()


def training_of(campaign: Campaign) -> QuerySet[CampaignItem]:
    """The training round, those withdrawn left out. One query."""
    return CampaignItem.objects.filter(campaign=campaign, purpose=Purpose.TRAINING, withdrawn=False)


def _done(campaign: Campaign, user: User | None) -> int:
    """Tasks that were handed out, skipped ones too, training apart."""
    return Task.objects.filter(campaign=campaign, rater__user=user, purpose__in=LOOKS_LIKE_WORK).count()


def _seed(campaign: Campaign, user: User | None) -> str:
    return f"gold of campaign {campaign.pk} for {user.pk if user else None}"
