"""DBDC3 (Higashinaka et al., 2017), revised: is this system turn a breakdown of the dialogue? Thirty votes a turn.

The data counts votes (O not a breakdown, T possible, X breakdown) and names no rater. Each vote becomes a rating by
rater-1, rater-2, ... in the order O, T, X: rater-1 of one turn is not the person of rater-1 of another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from annotate.importing.checking import checked
from annotate.importing.dimensions import DimensionSpec, Point
from annotate.importing.problems import Problems, decoded, parsed
from annotate.importing.records import ConversationRecord, RatingRecord, TurnRecord

DIMENSIONS: tuple[DimensionSpec, ...] = (
    DimensionSpec(
        key="breakdown",
        name="Breakdown",
        unit="turn",
        kind="label",
        question="Is it easy to go on with the conversation after this system turn?",
        scale=(
            Point("O", "Not a breakdown", "It is easy to go on."),
            Point("T", "Possible breakdown", "It is difficult to go on smoothly."),
            Point("X", "Breakdown", "It is difficult to go on at all."),
        ),
    ),
)
_LABELS = ("O", "T", "X")
_SPEAKERS = {"S": "system", "U": "user"}
_VOTES_AT_MOST = 1000


def read(files: Iterable[tuple[str, bytes]]) -> list[ConversationRecord]:
    """One conversation a line. Raises BadFile with every bad line and field."""
    problems = Problems()
    records: list[ConversationRecord] = []
    places: list[str] = []
    for name, content in files:
        for number, line in enumerate((decoded(name, content, problems) or "").split("\n"), 1):
            where = f"{name}, line {number}"
            raw = parsed(line, where, problems, one_line=True) if line.strip() else None
            if raw is None or not problems.of_type(raw, dict, where, "-"):
                continue
            before = problems.count
            record = _dialogue(raw, where, problems)
            if problems.count == before:
                records.append(record)
                places.append(where)
    return checked(records, places, problems, nothing="holds no dialogue")


def _dialogue(raw: dict[str, Any], where: str, problems: Problems) -> ConversationRecord:
    problems.only_keys(raw, ("id", "system", "turns"), where)
    external_id = problems.word(raw.get("id"), 200, where, "id")
    system = problems.word(raw.get("system"), 100, where, "system")
    turns: list[TurnRecord] = []
    ratings: list[RatingRecord] = []
    items = raw.get("turns")
    if not problems.of_type(items, list, where, "turns"):
        items = []
    for place, item in enumerate(items or []):
        here = f"{where}, turn {place + 1}"
        if not problems.of_type(item, dict, here, "-"):
            continue
        problems.only_keys(item, ("i", "speaker", "text", "votes"), here)
        if type(item.get("i")) is not int or item["i"] != place:
            problems.add(here, "i", f"must be {place}: turns are in order")
        text = item.get("text")
        if problems.one_of(item.get("speaker"), _SPEAKERS, here, "speaker") and problems.of_type(
            text, str, here, "text"
        ):
            turns.append(TurnRecord(_SPEAKERS[item["speaker"]], text))
        ratings += _ratings(item.get("votes", {}), place, here, problems)
    return ConversationRecord(external_id, tuple(turns), system=system, ratings=tuple(ratings))


def _ratings(votes: Any, turn: int, where: str, problems: Problems) -> list[RatingRecord]:
    if not problems.of_type(votes, dict, where, "votes"):
        return []
    problems.only_keys(votes, _LABELS, where)
    given: list[str] = []
    for label in _LABELS:
        times = votes.get(label, 0)
        if problems.of_type(times, int, where, f"votes.{label}"):
            if 0 <= times <= _VOTES_AT_MOST:
                given += [label] * times
            else:
                problems.add(where, f"votes.{label}", f"must be from 0 to {_VOTES_AT_MOST}")
    return [RatingRecord(turn, "breakdown", f"rater-{number}", label) for number, label in enumerate(given, 1)]
