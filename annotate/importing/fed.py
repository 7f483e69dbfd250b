"""FED (Mehri & Eskenazi, 2020): 375 turns and 125 dialogues, five raters, eighteen qualities, some of both overall.

An item with a `response` is rated on that turn, the last one; an item without is rated as a whole. A vote that is no
number ("N/A (No errors)") is kept as no value with reason "not applicable" and its words as the note.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from annotate.importing.checking import checked
from annotate.importing.dimensions import DimensionSpec, Point
from annotate.importing.problems import Problems, parsed_json
from annotate.importing.records import ConversationRecord, RatingRecord, TurnRecord

# Name in the file -> (highest point, question). The lowest is 0.
_TURN = {
    "Interesting": (2, "Is the response interesting to the average person?"),
    "Engaging": (2, "Is the response engaging: would one want to answer it?"),
    "Specific": (2, "Is the response specific to this conversation, not generic?"),
    "Relevant": (2, "Is the response relevant to the conversation?"),
    "Correct": (2, "Is the response correct, or did the system misunderstand?"),
    "Semantically appropriate": (2, "Does the response make sense in its place?"),
    "Understandable": (1, "Can the response be understood?"),
    "Fluent": (2, "Is the response fluently written?"),
    "Overall": (4, "How good is the response overall?"),
}
_WHOLE = {
    "Coherent": (2, "Does the conversation stay coherent?"),
    "Error recovery": (2, "Does the system recover from its errors?"),
    "Consistent": (1, "Is what the system says consistent?"),
    "Diverse": (2, "Are the system's responses diverse?"),
    "Depth": (2, "Does the system discuss topics in depth?"),
    "Likeable": (2, "Is the system likeable?"),
    "Understanding": (2, "Does the system understand the user?"),
    "Flexible": (2, "Does the system adapt to the user and their interests?"),
    "Informative": (2, "Is the system informative throughout?"),
    "Inquisitive": (2, "Does the system ask questions, is it curious?"),
    "Overall": (4, "How good is the conversation overall?"),
}
_WORDS = {1: ("No", "Yes"), 2: ("No", "Somewhat", "Yes"), 4: ("Very bad", "Bad", "OK", "Good", "Very good")}
_SPEAKERS = {"User": "user", "System": "system"}
_LINE = re.compile(r"(User|System): ?(.*)", re.DOTALL)


def _key(quality: str, whole: bool) -> str:
    name = quality.lower().replace(" ", "_")
    return "fed_dialogue_overall" if whole and quality == "Overall" else f"fed_{name}"


DIMENSIONS: tuple[DimensionSpec, ...] = tuple(
    DimensionSpec(
        key=_key(quality, whole),
        name=f"FED: {quality.lower()}" + (", whole dialogue" if whole else ""),
        unit="conversation" if whole else "turn",
        kind="number",
        question=question,
        scale=tuple(Point(float(value), word) for value, word in enumerate(_WORDS[top])),
        direction="higher",
        null_reasons=(Point("not applicable", "N/A", "The question does not apply; the note says why."),),
    )
    for whole, qualities in ((False, _TURN), (True, _WHOLE))
    for quality, (top, question) in qualities.items()
)


def read(files: Iterable[tuple[str, bytes]]) -> list[ConversationRecord]:
    """Conversations in file order, turn items with their response last. Raises BadFile with every problem."""
    problems = Problems()
    records: list[ConversationRecord] = []
    places: list[str] = []
    for name, content in files:
        found = parsed_json(name, content, problems)
        if found is None or not problems.of_type(found, list, name, "-"):
            continue
        for place, item in enumerate(found):
            where = f"{name}, item {place + 1}"
            before = problems.count
            record = _item(item, where, problems)
            if record is not None and problems.count == before:
                records.append(record)
                places.append(where)
    return checked(records, places, problems, nothing="holds no item")


def _item(item: Any, where: str, problems: Problems) -> ConversationRecord | None:
    if not problems.of_type(item, dict, where, "-"):
        return None
    problems.only_keys(item, ("context", "response", "system", "annotations"), where)
    context, whole = item.get("context"), "response" not in item
    turns: list[TurnRecord] = []
    if problems.of_type(context, str, where, "context"):
        for number, line in enumerate(context.split("\n"), 1):
            _spoken(line, f"{where}, context line {number}", "context", turns, problems)
    if not whole and problems.of_type(item["response"], str, where, "response"):
        _spoken(item["response"], where, "response", turns, problems)
    system = problems.word(item.get("system"), 100, where, "system")
    annotations = item.get("annotations")
    ratings: list[RatingRecord] = []
    if problems.of_type(annotations, dict, where, "annotations"):
        qualities = _WHOLE if whole else _TURN
        problems.only_keys(annotations, qualities, where)
        for quality, votes in annotations.items():
            if quality in qualities and problems.of_type(votes, list, where, quality):
                target = None if whole else len(turns) - 1
                ratings += _votes(votes, target, quality, qualities[quality][0], where, problems)
    digest = hashlib.sha256(f"{context}\n{item.get('response')}".encode(errors="replace")).hexdigest()
    return ConversationRecord(
        external_id=f"fed-{'dialogue' if whole else 'turn'}-{digest[:12]}",
        turns=tuple(turns),
        system=system,
        ratings=tuple(ratings),
    )


def _spoken(line: str, where: str, field: str, turns: list[TurnRecord], problems: Problems) -> None:
    said = _LINE.fullmatch(line)
    if said is None:
        problems.add(where, field, "must begin with 'User: ' or 'System: '")
    elif problems.text(said[2], where, field):
        turns.append(TurnRecord(_SPEAKERS[said[1]], said[2]))


def _votes(
    votes: list[Any], turn: int | None, quality: str, top: int, where: str, problems: Problems
) -> list[RatingRecord]:
    ratings: list[RatingRecord] = []
    dimension = _key(quality, turn is None)
    for number, vote in enumerate(votes, 1):
        rater = f"rater-{number}"
        if isinstance(vote, str) and vote.startswith("N/A"):
            problems.text(vote, where, quality)
            ratings.append(RatingRecord(turn, dimension, rater, None, "not applicable", vote))
        elif isinstance(vote, int) and not isinstance(vote, bool) and 0 <= vote <= top:
            ratings.append(RatingRecord(turn, dimension, rater, float(vote)))
        else:
            problems.add(where, quality, f"every vote is a number from 0 to {top}, or words that begin with N/A")
    return ratings
