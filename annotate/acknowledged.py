"""What the digest of a receipt covers: the operation, the revision it made and, for a choice, what was on the screen.

Contents are plain JSON, the same from memory as from the database. They go to the person in the file of receipts, so
nothing stands in them that the person may not see: of a study's pair no system, no id of a response, no side's origin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from annotate.answers import value_of
from annotate.models import Choice, Rating, StudyPlace, Task, TaskEvent, Turn
from annotate.receipts import canonical


def content_on_task(event: TaskEvent, task: Task, rating: Rating | None) -> dict[str, Any]:
    """An operation on a task. No query."""
    content = _operation(event) | {"task": task.pk}
    if event.kind == "skip":
        content["note"] = task.skip_note
    if rating is not None:
        content["rating"] = {
            "id": rating.pk,
            "rater": rating.rater_id,
            "conversation": rating.conversation_id,
            "turn": rating.turn_id,
            "question": rating.dimension_version_id,
            "revision": rating.revision,
            "value": value_of(rating),
            "reason": rating.reason,
            "note": rating.note,
            "evidence": rating.evidence,
            "made_at": _moment(rating.made_at),
        }
    return content


def content_on_pair(
    event: TaskEvent, place: StudyPlace, choice: Choice | None, shown: Mapping[str, str]
) -> dict[str, Any]:
    """An operation on a judge's place in a study. `shown` is shown_on(): "A is better" says nothing without it.
    No query."""
    content = _operation(event) | {"study_place": place.pk}
    if event.kind == "skip":
        content["note"] = place.skip_note
    if choice is not None:
        content["shown"] = dict(shown)
        content["choice"] = {
            "id": choice.pk,
            "rater": place.rater_id,
            "question": choice.question_id,
            "revision": choice.revision,
            "answer": choice.answer,
            "note": choice.note,
            "made_at": _moment(choice.made_at),
        }
    return content


def shown_on(places: Iterable[StudyPlace]) -> dict[int, dict[str, str]]:
    """Place -> side -> sha256 of the texts that the judge read there, context first. One query; none without places.

    Over texts alone, in the order of the turns: of what else is stored of a conversation, much tells its system.
    """
    sides = {place.pk: sides_of(place) for place in places}
    if not sides:
        return {}
    said: dict[int, list[str]] = {side: [] for two in sides.values() for side in two}
    turns = Turn.objects.filter(conversation__in=said).order_by("conversation", "index")
    for conversation, text in turns.values_list("conversation_id", "text"):
        said[conversation].append(text)
    digests = {side: hashlib.sha256(canonical({"texts": texts})).hexdigest() for side, texts in said.items()}
    return {pk: {"a": digests[a], "b": digests[b]} for pk, (a, b) in sides.items()}


def sides_of(place: StudyPlace) -> tuple[int, int]:
    """The ids of the conversations that stand on sides A and B of a place. No query where the pair is there."""
    pair = place.pair
    return (pair.second_id, pair.first_id) if place.turned else (pair.first_id, pair.second_id)


def _operation(event: TaskEvent) -> dict[str, Any]:
    return {
        "op_id": str(event.op_id),
        "version": event.version,
        "kind": event.kind,
        "detail": event.detail,
        "at": _moment(event.at),
        "client_at": _moment(event.client_at),
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
