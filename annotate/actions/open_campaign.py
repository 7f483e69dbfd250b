from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.actions.end_readers_drafts import end_readers_drafts
from annotate.assignment import priority_order, random_order
from annotate.models import Campaign, CampaignItem, Conversation
from annotate.models.campaign import CampaignState, Order
from annotate.refusals import CampaignNotOpen
from annotate.sampling import CannotDraw, SamplePlan, plan_sample, rare_slice_weights
from annotate.slices import conversations_in
from people.actions.record import record
from people.models import User


class NothingToRate(ValueError):
    """The slice holds no conversation."""


@transaction.atomic
def open_campaign(
    *,
    campaign: Campaign,
    by: User | None,
    priorities: Mapping[int, float] | None = None,
    weights: Mapping[int, float] | None = None,
) -> Campaign:
    """Lay the items out in their order and let raters in.

    priorities: conversation id -> how urgent; used when the campaign's order asks for it: largest first, a random fifth
        among them, so that what is rated first still says something about the whole. The page passes them in, since
        nothing here knows of models.
    weights: conversation id -> weight, for a campaign that draws its items by a metric; the chance with which each was
        drawn is kept beside it, and the draw in the audit log.
    Raises CampaignNotOpen (no draft), NothingToRate, CannotDraw.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.state != CampaignState.DRAFT:
        raise CampaignNotOpen(
            _("The campaign is %(state)s: only a draft can be opened.") % {"state": campaign.get_state_display()}
        )
    known = CampaignItem.objects.filter(campaign=campaign).values("conversation")  # gold and training are no work
    found = list(conversations_in(campaign.corpus, campaign.slice).exclude(pk__in=known).values_list("pk", flat=True))
    if not found:
        raise NothingToRate(_("No conversation of the corpus fits the slice."))
    plan = _drawn(campaign, found, weights) if campaign.sampling else None
    if plan:
        found = list(plan.chosen)
        campaign.sampling = campaign.sampling | {"drawn": plan.describe()}
    seed = int(campaign.order_detail.get("seed", 0))
    if campaign.order == Order.PRIORITY:
        found = priority_order(found, priorities or {}, seed)
    else:
        found = random_order(found, seed)
    CampaignItem.objects.bulk_create(
        (
            CampaignItem(
                campaign=campaign,
                conversation_id=pk,
                position=place,
                required_raters=campaign.overlap,
                chance=min(1.0, plan.chance[pk]) if plan else None,
            )
            for place, pk in enumerate(found)
        ),
        batch_size=2000,
    )
    end_readers_drafts(campaign)
    campaign.state = CampaignState.OPEN
    campaign.save(update_fields=["state", "sampling"])
    record(
        actor=by,
        verb="campaign.open",
        subject=f"campaign {campaign.pk}",
        detail={"name": campaign.name, "items": len(found), "overlap": campaign.overlap}
        | ({"sampling": campaign.sampling} if plan else {}),
    )
    return campaign


def _drawn(campaign: Campaign, found: Sequence[int], weights: Mapping[int, float] | None) -> SamplePlan[int]:
    wish = campaign.sampling
    if wish["policy"] == "rare_slices":
        rows = Conversation.objects.filter(pk__in=found).order_by("pk").values_list("pk", wish["slice_by"])
        weights = rare_slice_weights(dict(rows))
    elif wish["policy"] != "random" and not weights:
        raise CannotDraw(_("The chosen metrics have not scored these conversations: run them first, then open."))
    if wish["size"] > len(found):
        raise CannotDraw(
            _("The slice holds %(count)s conversations: %(size)s cannot be drawn from it.")
            % {"count": len(found), "size": wish["size"]}
        )
    return plan_sample(
        found,
        wish["policy"],
        size=wish["size"],
        seed=wish["seed"],
        random_share=wish["random_share"],
        weights={pk: (weights or {})[pk] for pk in found if pk in (weights or {})},
    )
