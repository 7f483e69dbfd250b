"""USR-Topical (Mehri & Eskenazi, 2020): six responses to one context, three raters, six qualities, the fact given.

Each response is a conversation: the context's turns and then the response; all are alternatives of the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from annotate.importing.checking import checked
from annotate.importing.problems import Problems, parsed_json
from annotate.importing.records import (
    ConversationRecord,
    PassageRecord,
    RatingRecord,
    SectionRecord,
    TurnRecord,
)

# Name in the file -> (dimension, allowed values). Engaging is our engagingness: the same three points.
QUALITIES: dict[str, tuple[str, range]] = {
    "Understandable": ("understandable", range(2)),
    "Natural": ("natural", range(1, 4)),
    "Maintains Context": ("maintains_context", range(1, 4)),
    "Engaging": ("engagingness", range(1, 4)),
    "Uses Knowledge": ("uses_knowledge", range(2)),
    "Overall": ("overall_quality", range(1, 6)),
}
_SPEAKERS = ("speaker_1", "speaker_2")


def read(files: Iterable[tuple[str, bytes]]) -> list[ConversationRecord]:
    """Conversations in file order. Raises BadFile with every problem."""
    problems = Problems()
    records: list[ConversationRecord] = []
    places: list[str] = []
    for name, content in files:
        found = parsed_json(name, content, problems)
        if found is None or not problems.of_type(found, list, name, "-"):
            continue
        for place, item in enumerate(found):
            where = f"{name}, item {place + 1}"
            records += _context(item, where, problems)
            places += [where] * (len(records) - len(places))
    return checked(records, places, problems, nothing="holds no context")


def _context(item: Any, where: str, problems: Problems) -> list[ConversationRecord]:
    if not problems.of_type(item, dict, where, "-"):
        return []
    context, fact, responses = item.get("context"), item.get("fact"), item.get("responses")
    good = problems.of_type(context, str, where, "context") & problems.of_type(fact, str, where, "fact")
    if not problems.of_type(responses, list, where, "responses") or not good:
        return []
    assert isinstance(context, str) and isinstance(fact, str) and isinstance(responses, list)
    said = [line.strip() for line in context.split("\n") if line.strip()]
    turns = [TurnRecord(_SPEAKERS[place % 2], line) for place, line in enumerate(said)]
    speaker = _SPEAKERS[len(turns) % 2]
    known = fact.strip() and not fact.strip().startswith("_nofact")
    passage = PassageRecord("fact", None, fact.strip() if known else None)
    section = SectionRecord(speaker, "fact", "Fact", (passage,))
    key = hashlib.sha256(f"{context}\n{fact}".encode()).hexdigest()[:12]
    records: list[ConversationRecord] = []
    for place, raw in enumerate(responses):
        here = f"{where}, response {place + 1}"
        if not problems.of_type(raw, dict, here, "-") or not problems.of_type(
            raw.get("response"), str, here, "response"
        ):
            continue
        system = problems.word(raw.get("model"), 100, here, "model")
        records.append(
            ConversationRecord(
                external_id=f"usr-{key}-{place + 1}",
                turns=(*turns, TurnRecord(speaker, raw["response"].strip(), ("fact",))),
                system=system,
                alternative_of=None if place == 0 else f"usr-{key}-1",
                sections=(section,),
                ratings=tuple(_ratings(raw, len(turns), here, problems)),
            )
        )
    return records


def _ratings(raw: dict[str, Any], turn: int, where: str, problems: Problems) -> list[RatingRecord]:
    ratings = []
    for quality, (dimension, allowed) in QUALITIES.items():
        votes = raw.get(quality)
        if not problems.of_type(votes, list, where, quality):
            continue
        for number, vote in enumerate(votes or [], 1):
            if isinstance(vote, int) and not isinstance(vote, bool) and vote in allowed:
                ratings.append(RatingRecord(turn, dimension, f"rater-{number}", float(vote)))
            else:
                problems.add(where, quality, f"every vote is a number from {allowed.start} to {allowed.stop - 1}")
    return ratings
