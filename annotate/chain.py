"""The rows of a person's chain of receipts: how an operation is appended to it, and how the chain is read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from annotate.acknowledged import content_on_pair, content_on_task, shown_on
from annotate.models import Choice, Rater, Rating, TaskEvent
from annotate.receipts import START, digest_of, fresh_salt, next_receipt
from annotate.refusals import NoSuchTask
from evalsite.compiled import Compiled, Given
from people.models import User

AT_ONCE = 500
_of_user: Compiled[Rater] = Compiled(lambda: Rater.objects.select_for_update(no_key=True).filter(user=Given("user")))


def locked_rater(user: User) -> Rater:
    """The person's rater row with the head of the chain, locked: two windows append one after the other. One query."""
    found = _of_user.first(user=user.pk)
    if found is None:
        raise NoSuchTask(_("There is no such task of yours."))
    return found


def append(rater: Rater, links: Sequence[tuple[TaskEvent, Mapping[str, Any]]]) -> None:
    """Give each event its receipt over its content and move the head on; saves neither. `rater` is locked."""
    receipt = rater.receipt or START
    for event, content in links:
        rater.receipts += 1
        event.rater, event.place, event.salt = rater, rater.receipts, fresh_salt()
        event.digest = digest_of(content, event.salt)
        event.receipt = receipt = next_receipt(receipt, event.digest)
    rater.receipt = receipt


@dataclass(frozen=True, slots=True)
class Link:
    """One operation of a chain, the revision that it made, and what its judge saw where it was a choice."""

    event: TaskEvent
    made: Rating | Choice | None
    shown: Mapping[str, str]

    def content(self) -> dict[str, Any]:
        """What the receipt stands for, from the rows as they are now."""
        if self.event.task is not None:
            return content_on_task(self.event, self.event.task, self.made if isinstance(self.made, Rating) else None)
        assert self.event.study_place is not None  # an_operation_is_on_a_task_or_on_a_pair
        made = self.made if isinstance(self.made, Choice) else None
        return content_on_pair(self.event, self.event.study_place, made, self.shown)


def links_of(rater: Rater) -> Iterator[Link]:
    """The chain in its order. Two queries per 500 operations, two more where some of them are on pairs of studies."""
    last = 0
    while True:
        found = TaskEvent.objects.filter(rater=rater, place__gt=last).order_by("place")
        events = list(found.select_related("task__item__conversation", "study_place__pair__study")[:AT_ONCE])
        ops = [event.op_id for event in events]
        made: dict[Any, Rating | Choice] = {row.op_id: row for row in Rating.objects.filter(op_id__in=ops)}
        places = {event.study_place_id: event.study_place for event in events if event.study_place is not None}
        if places:
            chosen = Choice.objects.filter(op_id__in=ops).select_related("question")
            made |= {row.op_id: row for row in chosen}
        shown = shown_on(places.values())
        for event in events:
            yield Link(event, made.get(event.op_id), shown.get(event.study_place_id or 0, {}))
        if len(events) < AT_ONCE:
            return
        last = events[-1].place or 0
