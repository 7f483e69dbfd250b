"""One's own save receipts, to keep at home. Own rows only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

from annotate.chain import content_of, links_of
from annotate.models import DimensionVersion, Rater, TaskEvent
from people.models import User

FORMAT = "evalsite-receipts"


def receipt_of(op_id: UUID) -> str:
    """The receipt of an acknowledged operation; empty for one from before there were receipts. One query."""
    return TaskEvent.objects.filter(op_id=op_id).values_list("receipt", flat=True).first() or ""


def rater_of(user: User) -> Rater | None:
    """The person's rater row with the head of the chain; None for who never rated. One query."""
    return Rater.objects.filter(user=user).first()


def receipt_lines(rater: Rater) -> Iterator[str]:
    """The chain as JSON lines: a header, then one line an operation, in order. Streams; two queries per 500 lines.

    Each line has what its digest was made of (operation, salt), so that whoever has the file can compute it again;
    conversation and question are there for reading only.
    """
    asked = DimensionVersion.objects.select_related("dimension")
    questions = {row.pk: f"{row.dimension.key} v{row.number}" for row in asked}
    head = {"format": FORMAT, "version": 1, "rater": rater.pseudonym, "receipts": rater.receipts}
    yield json.dumps(head | {"receipt": rater.receipt}) + "\n"
    for event, rating in links_of(rater):
        if (event.place or 0) > rater.receipts:
            return  # saved while this file was written: the header does not know it
        line = {
            "place": event.place,
            "receipt": event.receipt,
            "digest": event.digest,
            "salt": event.salt,
            "conversation": event.task.item.conversation.external_id,
            "question": questions.get(rating.dimension_version_id) if rating else None,
            "operation": content_of(event, event.task, rating),
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"
