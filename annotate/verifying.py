"""Proves that nothing acknowledged was lost or altered: walks the chains of receipts and names what does not fit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef

from annotate.chain import Link, links_of
from annotate.models import Choice, Rater, Rating, TaskEvent
from annotate.receipts import START, digest_of, next_receipt
from annotate.selectors.receipts import FORMAT

Target = tuple[str, int | None, int | None, int | None]  # what kind, the task or place, turn, question


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place of a chain that does not fit; place 0 where it is not about one."""

    chain: str
    place: int
    words: str

    def __str__(self) -> str:
        return f"{self.chain}, receipt {self.place}: {self.words}" if self.place else f"{self.chain}: {self.words}"


@dataclass(slots=True)
class Report:
    """What was looked at. `erased` operations are in the chain, their contents gone; `before` have no receipt."""

    chains: int = 0
    operations: int = 0
    erased: int = 0
    before: int = 0
    faults: list[Fault] = field(default_factory=list)


def verify_chains() -> Report:
    """Every chain against the rows it stands for. Two to four queries per 500 operations and two per rater."""
    report = Report(before=TaskEvent.objects.filter(place=None).count())
    for rater in Rater.objects.filter(user__isnull=False).select_related("user").order_by("pk"):
        report.chains += bool(rater.receipts)
        fault = _first_fault(rater, report)
        if fault:
            report.faults.append(fault)
    noted = TaskEvent.objects.filter(op_id=OuterRef("op_id"))
    for rating in Rating.objects.filter(~Exists(noted), task__isnull=False).select_related("rater").order_by("pk")[:1]:
        words = f"rating {rating.pk} of task {rating.task_id} belongs to no acknowledged operation"
        report.faults.append(Fault(rating.rater.pseudonym, 0, words))
    for choice in Choice.objects.filter(~Exists(noted)).select_related("place__rater").order_by("pk")[:1]:
        words = f"choice {choice.pk} on place {choice.place_id} belongs to no acknowledged operation"
        report.faults.append(Fault(choice.place.rater.pseudonym, 0, words))
    return report


def _first_fault(rater: Rater, report: Report) -> Fault | None:
    previous, place = START, 0
    standing: dict[Target, tuple[int, bool]] = {}  # target -> place of its last revision, current
    for link in links_of(rater):
        event = link.event
        place += 1
        fault = _link_fault(rater, link, previous, place)
        if fault:
            return Fault(rater.pseudonym, place, f"{fault} (operation {event.op_id}, {event.kind})")
        report.operations += 1
        report.erased += event.salt == ""
        previous = event.receipt
        if link.made is not None:
            target = _target(link.made)
            if target in standing and standing[target][1]:
                return Fault(rater.pseudonym, standing[target][0], "its answer still counts, though a later one stands")
            standing[target] = (place, link.made.current)
    if (place, previous) != (rater.receipts, rater.receipt or START):
        return Fault(rater.pseudonym, place + 1, f"missing: the chain ends at {place}, {rater.receipts} were given out")
    for last, current in standing.values():
        if not current:
            return Fault(rater.pseudonym, last, "its answer is the last one, but does not count any more")
    return None


def _target(made: Rating | Choice) -> Target:
    if isinstance(made, Rating):
        return ("task", made.task_id, made.turn_id, made.dimension_version_id)
    return ("pair", made.place_id, None, made.question_id)


def _link_fault(rater: Rater, link: Link, previous: str, place: int) -> str:
    """What is wrong with one link, in words; empty when nothing is."""
    event = link.event
    if event.place != place:
        return f"receipt {place} is missing; the next one there is {event.place}"
    try:
        if next_receipt(previous, event.digest) != event.receipt:
            return "does not follow from the receipt before it"
        if event.salt == "":
            is_erased = rater.user is not None and rater.user.erased_at is not None
            return "" if is_erased else "has lost its salt, though the person was not erased"
        if event.detail.keys() & {"rating", "choice"} and link.made is None:
            return "the answer that it acknowledged is gone"
        if digest_of(link.content(), event.salt) != event.digest:
            return "what is stored is not what was acknowledged"
    except ValueError:
        return "is no receipt"
    return ""


def verify_file(lines: Iterable[str]) -> tuple[int, Fault | None]:
    """An annotator's downloaded chain against itself and against the database: (operations, the first fault or None).

    Anything that the database acknowledged after the download is no fault. One query per line.
    """
    previous, place, head = START, 0, None
    for number, text in enumerate(lines):
        try:
            line = json.loads(text)
            if number == 0:
                head = _header(line)
                continue
            place += 1
            words = _line_fault(line, previous, place)
        except (ValueError, KeyError, TypeError):
            return place, Fault("file", place, f"line {number + 1} is not of a file of receipts")
        if words:
            return place, Fault("file", place, words)
        previous = line["receipt"]
    if head is None or (place, previous) != (head["receipts"], head["receipt"] or START):
        return place, Fault("file", place + 1, "the file ends before its chain does")
    return place, None


def _header(line: Any) -> dict[str, Any]:
    if line["format"] != FORMAT or line["version"] != 1:
        raise ValueError("another format")
    return {"receipts": line["receipts"], "receipt": line["receipt"]}


def _line_fault(line: Any, previous: str, place: int) -> str:
    if line["place"] != place or next_receipt(previous, line["digest"]) != line["receipt"]:
        return "does not follow from the receipt before it in the file"
    if line["salt"] and digest_of(line["operation"], line["salt"]) != line["digest"]:
        return "the operation in the file is not the one that was acknowledged"
    op_id = line["operation"]["op_id"]
    stored = TaskEvent.objects.filter(op_id=op_id).values_list("place", "digest", "receipt").first()
    if stored is None:
        return f"operation {op_id} was acknowledged and is not in the database"
    if stored != (place, line["digest"], line["receipt"]):
        return f"operation {op_id} stands in the database at place {stored[0]} with another receipt"
    return ""
