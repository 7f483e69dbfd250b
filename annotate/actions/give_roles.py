from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.actions.end_readers_drafts import end_readers_drafts
from annotate.models import Campaign, Participant, Task
from annotate.models.campaign import TaskState
from annotate.places import release_tasks
from annotate.selectors.roles import rates
from people.actions.record import record
from people.models import Role, User

GIVEN = (Role.ANNOTATOR, Role.SCIENTIST)  # what can be given for one campaign


class BadRole(ValueError):
    """The role cannot be given for one campaign, or this person has more than that everywhere."""


def checked_roles(roles: Mapping[User, str]) -> dict[User, str]:
    """The roles. Raises BadRole."""
    for user, role in roles.items():
        if role not in GIVEN:
            raise BadRole(
                _("“%(role)s” is no role in a campaign; known: %(known)s.") % {"role": role, "known": ", ".join(GIVEN)}
            )
        if not user.is_active:
            raise BadRole(_("The account of %(name)s is closed.") % {"name": user.username})
        if role == Role.SCIENTIST and user.is_scientist:
            raise BadRole(_("%(name)s reads every campaign already.") % {"name": user.username})
    return dict(roles)


@transaction.atomic
def give_roles(*, campaign: Campaign, roles: Mapping[User, str], open_to_all: bool, by: User | None) -> Campaign:
    """Say who has which role in the campaign; who is not in `roles` has their own. Raises BadRole.

    Who no longer rates in it gives back the conversation at hand; who now reads it has seen what others said, so their
    drafts end. What was submitted stays and counts. Only what changed is in the audit log.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    checked = checked_roles(roles)
    before = {row.user_id: row.role for row in Participant.objects.filter(campaign=campaign)}
    after = {user.pk: str(role) for user, role in checked.items()}
    if (before, campaign.open_to_all) == (after, open_to_all):
        return campaign
    given = {pk: role for pk, role in after.items() if before.get(pk) != role}
    taken = sorted(before.keys() - after.keys())
    Participant.objects.filter(campaign=campaign, user__in=[*taken, *given]).delete()
    Participant.objects.bulk_create(
        Participant(campaign=campaign, user_id=pk, role=role) for pk, role in sorted(given.items())
    )
    detail: dict[str, Any] = {"given": {str(pk): role for pk, role in given.items()}, "taken": taken}
    if campaign.open_to_all != open_to_all:
        campaign.open_to_all = open_to_all
        campaign.save(update_fields=["open_to_all"])
        detail["open_to_all"] = open_to_all
    end_readers_drafts(campaign)
    _give_back(campaign)
    record(actor=by, verb="campaign.roles", subject=f"campaign {campaign.pk}", detail=detail)
    return campaign


def _give_back(campaign: Campaign) -> None:
    """What people have at hand who rate here no more. The sooner for others: their leases would run out anyhow."""
    held = Task.objects.filter(campaign=campaign, state=TaskState.OPEN, rater__user__isnull=False)
    locked = held.select_for_update(of=("self",), no_key=True).select_related("rater__user").order_by("pk")
    release_tasks([task for task in locked if task.rater.user is not None and not rates(campaign, task.rater.user)])
