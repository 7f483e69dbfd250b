"""Which items of a campaign are for whom, where answers are asked again."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from annotate.models import Campaign, ItemRater
from annotate.models.campaign import AgainTo


def meant_for(campaign: Campaign, user_id: int | None) -> Q:
    """A condition on its items; none for a campaign that asks for the first time."""
    before = Exists(ItemRater.objects.filter(item=OuterRef("pk"), rater__user=user_id))
    if campaign.again_to == AgainTo.SAME:
        return Q(before)
    return ~Q(before) if campaign.again_to == AgainTo.OTHERS else Q()
