"""Who knows who said what: raters' names are hidden from a scientist until a verdict stands or they are asked for."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from annotate.models import Adjudication, NamesSeen
from people.models import User

Place = tuple[int, int | None]  # conversation, turn (None: the conversation as a whole)


def names_known(user: User, dimension_id: int, conversations: Collection[int]) -> set[Place]:
    """Targets of these conversations whose raters' names this person may see. Two queries.

    After an own verdict; after anybody's that stands without a reply; or after asking. A reply opens the target for
    another reviewer, who is to judge without names too.
    """
    here = Q(conversation__in=conversations)
    asked = NamesSeen.objects.filter(here, by=user, dimension=dimension_id).values_list("conversation", "turn")
    settled = Q(made_by=user) | Q(current=True, replies__isnull=True)
    judged = Adjudication.objects.filter(here, settled, dimension_version__dimension=dimension_id)
    return {*asked, *judged.values_list("conversation", "turn")}


def names_known_here(user: User, conversation_id: int) -> set[tuple[int, int | None]]:
    """(dimension, turn) of one conversation whose raters' names this person may see, by the same rule. Two queries."""
    here = Q(conversation=conversation_id)
    asked = NamesSeen.objects.filter(here, by=user).values_list("dimension", "turn")
    settled = Q(made_by=user) | Q(current=True, replies__isnull=True)
    judged = Adjudication.objects.filter(here, settled).values_list("dimension_version__dimension", "turn")
    return {*asked, *judged}
