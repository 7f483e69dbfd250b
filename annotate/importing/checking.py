"""What holds for the records of every format, whatever file they came from. The last step of each reader."""

from __future__ import annotations

from collections.abc import Sequence

from annotate.importing.problems import Problems
from annotate.importing.records import ConversationRecord

TURNS_AT_MOST = 10_000
_LONGEST = (("external_id", 200), ("split", 64), ("topic", 100), ("config", 32), ("system", 100))


def checked(
    records: list[ConversationRecord], places: Sequence[str], problems: Problems, *, nothing: str
) -> list[ConversationRecord]:
    """The records, if they have ids of their own, fit the database and name only alternatives that are there.

    places: where each record stands, for the messages. nothing: what to say when there is no record at all. Raises
    BadFile with these problems and those found before.
    """
    seen: dict[str, str] = {}
    for record, where in zip(records, places, strict=True):
        if record.external_id in seen:
            problems.add(where, "id", f"{record.external_id} was already in {seen[record.external_id]}")
        seen.setdefault(record.external_id, where)
        if not record.external_id:
            problems.add(where, "id", "is empty")
        for field, length in _LONGEST:
            value = getattr(record, field)
            if len(value) > length:
                problems.add(where, field, f"is longer than {length} characters")
            problems.text(value, where, field)
        if not record.turns:
            problems.add(where, "turns", "a conversation has at least one turn")
        elif len(record.turns) > TURNS_AT_MOST:
            problems.add(where, "turns", f"{len(record.turns):,} are too many; {TURNS_AT_MOST:,} at most")
    for record, where in zip(records, places, strict=True):
        if record.alternative_of is not None and record.alternative_of not in seen:
            problems.add(where, "alternative_of", f"there is no conversation {record.alternative_of!r} in the files")
        elif record.alternative_of == record.external_id:
            problems.add(where, "alternative_of", "a conversation is no alternative of itself")
    if not records and not problems.found:
        problems.add("the upload", "-", nothing)
    problems.raise_if_any()
    return records
