"""How a rater stands in a campaign: training to do, warned, paused. What may be told to the rater, and no more."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from annotate.models import Campaign, CampaignItem, GoldPlan, Rater, RaterStanding
from annotate.models.campaign import Purpose

PAUSED = gettext_lazy(
    "Your work in this campaign is paused until an administrator has looked at it. Everything you rated is kept. "
    "Ask an administrator when to go on."
)
NOT_PASSED = gettext_lazy(
    "The training round was not passed, and no attempt is left. Ask an administrator: they can give you another one."
)
WARNED = gettext_lazy(
    "Some of your answers were not as expected. Read the instructions and the definitions again before you go on."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """training: conversations of the round, 0 where there is none or it was passed. attempt: counted from 1."""

    rate: int = 0
    training: int = 0
    attempt: int = 1
    attempts: int = 1
    paused: bool = False
    warned: bool = False

    @property
    def in_training(self) -> bool:
        return self.training > 0

    @property
    def why_no_task(self) -> str:
        """In words why nothing is handed out, whatever there is; empty: something may be."""
        if self.paused:
            return str(PAUSED)
        return str(NOT_PASSED) if self.in_training and self.attempt > self.attempts else ""

    @property
    def warning(self) -> str:
        """What the rater is told beside the work."""
        return str(WARNED) if self.warned else ""


def plan_of(campaign: Campaign) -> GoldPlan | None:
    """No query where the campaign came with its plan."""
    plan: GoldPlan | None = getattr(campaign, "gold_plan", None)
    return plan


def standing_of(campaign: Campaign, rater: Rater | None) -> Standing:
    """None: someone who has not begun. Three queries; at most one where the campaign has no known answers."""
    if plan_of(campaign) is None:
        return Standing()
    row = RaterStanding.objects.filter(campaign=campaign, rater=rater).first() if rater else None
    if row is not None and row.passed_at is not None:
        return standing_from(campaign, row, 0)
    items = CampaignItem.objects.filter(campaign=campaign, purpose=Purpose.TRAINING, withdrawn=False)
    return standing_from(campaign, row, items.count())


def standing_from(campaign: Campaign, row: RaterStanding | None, training: int) -> Standing:
    """The same of what was read already. training: conversations of the round. No query beside the plan's."""
    plan, row = plan_of(campaign), row or RaterStanding()
    if plan is None:
        return Standing()
    return Standing(
        rate=plan.rate,
        training=0 if row.passed_at else training,
        attempt=row.tried + 1,
        attempts=plan.training_attempts + row.more_attempts,
        paused=row.paused_at is not None,
        warned=row.warned_at is not None,
    )
