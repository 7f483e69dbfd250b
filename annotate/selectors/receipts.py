"""One's own save receipts, to keep at home. Own rows only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from uuid import UUID

from annotate.chain import Link, links_of
from annotate.models import Choice, DimensionVersion, Rater, Rating, StudyPlace, TaskEvent
from people.models import User

FORMAT = "evalsite-receipts"


def receipt_of(op_id: UUID) -> str:
    """The receipt of an acknowledged operation; empty for one from before there were receipts. One query."""
    return TaskEvent.objects.filter(op_id=op_id).values_list("receipt", flat=True).first() or ""


def receipt_of_pair(place: StudyPlace) -> str:
    """The receipt of the last operation on a judge's place; empty from before there were receipts. One query."""
    found = TaskEvent.objects.filter(study_place=place).order_by("-version")
    return found.values_list("receipt", flat=True).first() or ""


def rater_of(user: User) -> Rater | None:
    """The person's rater row with the head of the chain; None for who never rated. One query."""
    return Rater.objects.filter(user=user).first()


def receipt_lines(rater: Rater) -> Iterator[str]:
    """The chain as JSON lines: a header, then one line an operation, in order. Streams; two to four queries per 500
    lines.

    Each line has what its digest was made of (operation, salt), so that whoever has the file can compute it again;
    conversation or study, and question, are there for reading only. Of a study's pair no id of a conversation is
    named: in many data it tells the system.
    """
    asked = DimensionVersion.objects.select_related("dimension")
    questions = {row.pk: f"{row.dimension.key} v{row.number}" for row in asked}
    head = {"format": FORMAT, "version": 1, "rater": rater.pseudonym, "receipts": rater.receipts}
    yield json.dumps(head | {"receipt": rater.receipt}) + "\n"
    for link in links_of(rater):
        event = link.event
        if (event.place or 0) > rater.receipts:
            return  # saved while this file was written: the header does not know it
        line = {
            "place": event.place,
            "receipt": event.receipt,
            "digest": event.digest,
            "salt": event.salt,
            **_to_read(link, questions),
            "operation": link.content(),
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _to_read(link: Link, questions: Mapping[int, str]) -> dict[str, str | None]:
    made = link.made
    if link.event.task is not None:
        question = questions.get(made.dimension_version_id) if isinstance(made, Rating) else None
        return {"conversation": link.event.task.item.conversation.external_id, "question": question}
    assert link.event.study_place is not None  # an_operation_is_on_a_task_or_on_a_pair
    asked = made.question if isinstance(made, Choice) else None
    return {"study": link.event.study_place.pair.study.name, "question": asked.name if asked else None}
