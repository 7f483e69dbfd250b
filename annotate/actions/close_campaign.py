from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.models import Campaign
from annotate.models.campaign import CampaignState
from annotate.refusals import CampaignNotOpen
from people.actions.record import record
from people.models import User


@transaction.atomic
def close_campaign(*, campaign: Campaign, by: User) -> Campaign:
    """Hand out no more tasks. Who holds one may finish it until its lease ends. Raises CampaignNotOpen."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.state != CampaignState.OPEN:
        raise CampaignNotOpen(
            _("The campaign is %(state)s: only an open one can be closed.") % {"state": campaign.get_state_display()}
        )
    campaign.state, campaign.closed_at = CampaignState.CLOSED, timezone.now()
    campaign.save(update_fields=["state", "closed_at"])
    record(actor=by, verb="campaign.close", subject=f"campaign {campaign.pk}", detail={"name": campaign.name})
    return campaign
