from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.models import Adjudication, Conversation, DimensionVersion, Turn
from annotate.models.rating import Cause
from annotate.selectors.names_known import names_known
from people.actions.record import record
from people.models import User


class UnknownCause(ValueError):
    """The cause is none of the four."""


class SameReviewer(Exception):
    """A rater replied to this person's verdict: somebody else looks at the target now."""


class OffTheScale(ValueError):
    """The verdict's value is no point of the scale."""


@transaction.atomic
def adjudicate(
    *,
    conversation: Conversation,
    turn: Turn | None,
    dimension_version: DimensionVersion,
    cause: str,
    by: User,
    verdict: float | None = None,
    note: str = "",
) -> Adjudication:
    """Say why the judgements of a target differ; an earlier verdict is kept, no longer current, and so are the ratings.

    Raises UnknownCause, OffTheScale, SameReviewer.
    """
    if cause not in Cause.values:
        raise UnknownCause(
            _("“%(cause)s” is no cause; known: %(known)s") % {"cause": cause, "known": ", ".join(Cause.values)}
        )
    if verdict is not None and verdict not in [point["value"] for point in dimension_version.scale]:
        raise OffTheScale(f"{verdict:g} is no point of the scale")
    # The lock on the conversation makes two reviewers of one target take turns.
    Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation.pk)
    turn_id = turn.pk if turn else None
    standing = Adjudication.objects.filter(
        conversation=conversation, turn=turn, dimension_version=dimension_version, current=True
    )
    if standing.filter(made_by=by, replies__isnull=False).exists():
        raise SameReviewer(_("A rater replied to your verdict: somebody else has to look at it now."))
    blind = not names_known(by, dimension_version.dimension_id, [conversation.pk]) & {(conversation.pk, turn_id)}
    standing.update(current=False)
    row = Adjudication.objects.create(
        conversation=conversation,
        turn=turn,
        dimension_version=dimension_version,
        cause=cause,
        verdict=verdict,
        note=note[:2000],
        made_by=by,
        blind=blind,
    )
    record(
        actor=by,
        verb="adjudicate",
        subject=f"conversation {conversation.pk}, turn {turn.index if turn else '-'}",
        detail={"cause": cause, "dimension_version": dimension_version.pk, "blind": blind},
    )
    return row
