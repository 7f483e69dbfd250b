"""Which role a person has in a campaign: the one rule that pages and programs ask (docs/roles.md).

The role that was given for the campaign, else one's own. Who was given "scientist" of it reads what is measured there,
and rates neither in it nor, elsewhere, its conversations: what others said of them is known then. A given role takes
nothing from scientists and admins; they rate where they are named as annotators.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate.models import Campaign, CampaignItem, Participant, Rater
from people.models import Role, User


def rated_by(user: User) -> Q:
    """Campaigns that this person rates in."""
    given = Participant.objects.filter(campaign=OuterRef("pk"), user=user)
    named = Q(Exists(given.filter(role=Role.ANNOTATOR)))
    if user.role == Role.ANNOTATOR and not user.named_only:
        return named | Q(Q(open_to_all=True), ~Exists(given))
    return named


def rates(campaign: Campaign, user: User) -> bool:
    """Whether this person rates in the campaign. One query."""
    return Campaign.objects.filter(rated_by(user), pk=campaign.pk).exists()


def rater_in(campaign: Campaign, user: User) -> tuple[Rater | None, bool]:
    """The person's rater row, if they have one, and `rates`. One query where there is a row: asked at each claim."""
    here = Campaign.objects.filter(rated_by(user), pk=campaign.pk)
    found = Rater.objects.annotate(rates_here=Exists(here)).filter(user=user).first()
    return found, found.rates_here if found else rates(campaign, user)


def read_by(user: User) -> QuerySet[Campaign]:
    """Campaigns whose progress, statistics and ratings this person may read. One query."""
    if user.is_scientist:
        return Campaign.objects.all()
    given = Participant.objects.filter(campaign=OuterRef("pk"), user=user, role=Role.SCIENTIST)
    return Campaign.objects.filter(Exists(given))


def known_to(user_id: int | None) -> Q:
    """Items of a conversation whose ratings this person may read by a role that was given: not to be rated by them.

    `IN`, not `EXISTS`: its negation is looked up row by row in what is found once, so that the next free item of 40,000
    is found without joining them all.
    """
    read = Participant.objects.filter(user=user_id, role=Role.SCIENTIST).values("campaign")
    return Q(conversation__in=CampaignItem.objects.filter(campaign__in=read).values("conversation"))
