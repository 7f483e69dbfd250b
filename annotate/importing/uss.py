"""User satisfaction simulation (Sun et al., 2021): tab-separated turns, several raters a turn.

A vote stands on the user turn that carries it, which is where we keep it and compare it; it judges the system turn
before. The last line of a session rates the whole of it (USER, OVERALL).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from annotate.importing.checking import checked
from annotate.importing.problems import Problems, decoded
from annotate.importing.records import ConversationRecord, RatingRecord, TurnRecord

_SPEAKERS = {"USER": "user", "SYSTEM": "system"}
_VOTES = re.compile(r"[1-5](,[1-5])*")


def read(files: Iterable[tuple[str, bytes]]) -> list[ConversationRecord]:
    """One conversation a session; split "dev" where the sha256 of the session's text is 0 mod 10, else "train".

    The text is the session's lines as they stand, joined by line feeds, without blank lines around them. Raises
    BadFile with every problem.
    """
    problems = Problems()
    records: list[ConversationRecord] = []
    places: list[str] = []
    seen: dict[str, int] = {}
    for name, content in files:
        domain = PurePath(name).stem.lower()
        for first_line, lines in _sessions(decoded(name, content, problems) or ""):
            digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
            external_id = f"uss-{domain}-{digest[:16]}"
            seen[external_id] = seen.get(external_id, 0) + 1
            if seen[external_id] > 1:  # the same session twice in the data stays two conversations
                external_id = f"{external_id}-{seen[external_id]}"
            record = _session(name, first_line, lines, external_id, domain, digest, problems)
            if record is not None:
                records.append(record)
                places.append(f"{name}, line {first_line}")
    return checked(records, places, problems, nothing="holds no session")


def _sessions(text: str) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    start = 1
    for number, line in enumerate([*text.replace("\r\n", "\n").split("\n"), ""], 1):
        if line.strip():
            if not block:
                start = number
            block.append(line)
        elif block:
            yield start, block
            block = []


def _session(
    name: str, first: int, lines: list[str], external_id: str, domain: str, digest: str, problems: Problems
) -> ConversationRecord | None:
    before = problems.count
    turns: list[TurnRecord] = []
    ratings: list[RatingRecord] = []
    for place, line in enumerate(lines):
        where = f"{name}, line {first + place}"
        cells = line.split("\t")
        if len(cells) != 4:
            problems.add(where, "-", f"has {len(cells)} tab-separated cells, not 4 (role, text, action, votes)")
            continue
        role, text, action, votes = cells
        if not problems.one_of(role, _SPEAKERS, where, "role") or not problems.of_type(text, str, where, "text"):
            continue
        if votes and not _VOTES.fullmatch(votes):
            problems.add(where, "votes", f"{votes[:60]!r} are not numbers from 1 to 5 divided by commas")
            continue
        problems.text(action, where, "action")
        overall = role == "USER" and text == "OVERALL" and place == len(lines) - 1
        if not overall:
            turns.append(TurnRecord(_SPEAKERS[role], text, extra={"action": action} if action else {}))
        for number, vote in enumerate(votes.split(",") if votes else [], 1):
            target = (None, "conversation_rating") if overall else (len(turns) - 1, "interaction_quality")
            ratings.append(RatingRecord(target[0], target[1], f"rater-{number}", float(vote)))
    if not turns:
        problems.add(f"{name}, line {first}", "-", "the session has no turn")
    if problems.count > before:
        return None
    return ConversationRecord(
        external_id=external_id,
        turns=tuple(turns),
        split="dev" if int(digest, 16) % 10 == 0 else "train",
        topic=domain,
        ratings=tuple(ratings),
    )
