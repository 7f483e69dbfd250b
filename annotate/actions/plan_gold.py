from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.models import Campaign, GoldPlan
from annotate.models.campaign import CampaignState
from annotate.models.gold import Below
from annotate.refusals import CampaignNotOpen
from people.actions.record import record
from people.models import User


class BadPlan(ValueError):
    """A share or a count out of its bounds; says which."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How known answers are used; shares in whole percents (GoldPlan)."""

    rate: int = 0
    mark: int = 70
    counts_from: int = 10
    below: str = Below.NOTE
    shows_own: bool = False
    training_mark: int = 70
    training_attempts: int = 2


@transaction.atomic
def plan_gold(*, campaign: Campaign, plan: Plan, by: User | None) -> GoldPlan:
    """Keep the plan of a campaign; it may change until it is closed. Raises CampaignNotOpen, BadPlan."""
    if campaign.state == CampaignState.CLOSED:
        raise CampaignNotOpen(_("The campaign is closed."))
    bounds = {"rate": (0, 50), "mark": (0, 100), "training_mark": (0, 100), "counts_from": (1, 1000)}
    for name, (low, high) in (bounds | {"training_attempts": (1, 20)}).items():
        if not low <= getattr(plan, name) <= high:
            raise BadPlan(
                _("%(name)s must lie between %(low)s and %(high)s, not %(given)s.")
                % {"name": name, "low": low, "high": high, "given": getattr(plan, name)}
            )
    if plan.below not in Below.values:
        raise BadPlan(
            _("below must be one of %(known)s, not “%(below)s”.")
            % {"known": ", ".join(Below.values), "below": plan.below}
        )
    row, _made = GoldPlan.objects.update_or_create(campaign=campaign, defaults=asdict(plan))
    record(actor=by, verb="campaign.gold_plan", subject=f"campaign {campaign.pk}", detail=asdict(plan))
    return row
