from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from annotate.assignment import priority_order, random_order
from annotate.models import Campaign, CampaignItem
from annotate.models.campaign import CampaignState, Order
from annotate.refusals import CampaignNotOpen
from annotate.slices import conversations_in
from people.actions.record import record
from people.models import User


class NothingToRate(ValueError):
    """The slice holds no conversation."""


@transaction.atomic
def open_campaign(*, campaign: Campaign, by: User | None, priorities: Mapping[int, float] | None = None) -> Campaign:
    """Lay the items out in their order and let raters in.

    priorities: conversation id -> how urgent; used when the campaign's order asks for it: largest first, a random fifth
        among them, so that what is rated first still says something about the whole. The page passes them in, since
        nothing here knows of models.
    Raises CampaignNotOpen (no draft), NothingToRate.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.state != CampaignState.DRAFT:
        raise CampaignNotOpen(f"The campaign is {campaign.get_state_display()}: only a draft can be opened.")
    found = list(conversations_in(campaign.corpus, campaign.slice).values_list("pk", flat=True))
    if not found:
        raise NothingToRate("No conversation of the corpus fits the slice.")
    seed = int(campaign.order_detail.get("seed", 0))
    if campaign.order == Order.PRIORITY:
        found = priority_order(found, priorities or {}, seed)
    else:
        found = random_order(found, seed)
    CampaignItem.objects.bulk_create(
        (
            CampaignItem(campaign=campaign, conversation_id=pk, position=place, required_raters=campaign.overlap)
            for place, pk in enumerate(found)
        ),
        batch_size=2000,
    )
    campaign.state = CampaignState.OPEN
    campaign.save(update_fields=["state"])
    record(
        actor=by,
        verb="campaign.open",
        subject=f"campaign {campaign.pk}",
        detail={"name": campaign.name, "items": len(found), "overlap": campaign.overlap},
    )
    return campaign
