from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.models import Campaign, CampaignItem
from annotate.models.campaign import CampaignState, Purpose
from people.actions.record import record
from people.models import User


class NoGold(ValueError):
    """The item is work."""


@transaction.atomic
def withdraw_gold(*, item: CampaignItem, by: User) -> None:
    """Hand out a gold or training item no more and count it no more. A draft's is gone, and may be work again.

    Withdrawn twice is withdrawn once. Raises NoGold.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=item.campaign_id)
    if item.purpose == Purpose.WORK:
        raise NoGold(_("This conversation is rated as work."))
    detail = {"conversation": item.conversation_id, "purpose": item.purpose}
    if campaign.state == CampaignState.DRAFT:
        item.delete()
    else:
        CampaignItem.objects.filter(pk=item.pk).update(withdrawn=True)
    record(actor=by, verb="campaign.gold_withdraw", subject=f"campaign {campaign.pk}", detail=detail)
