from __future__ import annotations

from django.db import transaction

from annotate.models import Conversation, Dimension, NamesSeen, Turn
from people.actions.record import record
from people.models import User


@transaction.atomic
def show_names(*, conversation: Conversation, turn: Turn | None, dimension: Dimension, by: User) -> None:
    """Let a scientist see who said what of a target before a verdict; logged, once."""
    _, new = NamesSeen.objects.get_or_create(conversation=conversation, turn=turn, dimension=dimension, by=by)
    if new:
        subject = f"conversation {conversation.pk}, turn {turn.index if turn else '-'}"
        record(actor=by, verb="votes.names", subject=subject, detail={"dimension": dimension.key})
