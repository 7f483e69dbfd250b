"""Our own format: one JSON object a line; the first says what it is, the others are conversations (docs/formats.md).

Read and written without loss: what a release holds of a corpus can be imported again and is found unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from annotate.importing.problems import Problems, decoded
from annotate.importing.records import (
    ConversationRecord,
    PassageRecord,
    RatingRecord,
    SectionRecord,
    TurnRecord,
)

FORMAT, VERSION = "evalsite-jsonl", 1
_LINE_BYTES_AT_MOST = 64 * 1024 * 1024
_CONVERSATION = ("id", "split", "topic", "config", "system", "alternative_of", "extra", "turns", "knowledge", "ratings")
# A release adds these; they are no content of the corpus and an import passes them by.
_ONLY_IN_RELEASES = ("predictions", "verdicts")
_TURN = ("speaker", "text", "cited", "at", "extra")
_SECTION = ("speaker", "key", "title", "passages")
_PASSAGE = ("kind", "ref", "text")
_RATING = ("turn", "dimension", "rater", "value", "reason", "note", "revision", "made_at")
_RATING_IN_RELEASES = ("version", "campaign", "active_ms", "evidence", "erased")


def read(files: Iterable[tuple[str, bytes]]) -> list[ConversationRecord]:
    """Every conversation of the files, in order. Raises BadFile with every bad line and field."""
    problems = Problems()
    records: list[ConversationRecord] = []
    seen: dict[str, str] = {}
    for name, content in files:
        for number, line in enumerate(decoded(name, content).split("\n"), 1):
            where = f"{name}, line {number}"
            raw = _parsed(line, where, problems)
            if raw is None:
                continue
            if number == 1 and "format" in raw:
                _header(raw, where, problems)
                continue
            record = _conversation(raw, where, problems)
            if record is None:
                continue
            if record.external_id in seen:
                problems.add(where, "id", f"{record.external_id} was already in {seen[record.external_id]}")
            seen[record.external_id] = where
            records.append(record)
    for record in records:
        if record.alternative_of is not None and record.alternative_of not in seen:
            problems.add(seen[record.external_id], "alternative_of", f"no conversation {record.alternative_of!r}")
    if not records and not problems.found:
        problems.add("the upload", "-", "holds no conversation")
    problems.raise_if_any()
    return records


def _parsed(line: str, where: str, problems: Problems) -> dict[str, Any] | None:
    if not line.strip():
        return None
    if len(line) > _LINE_BYTES_AT_MOST:
        problems.add(where, "-", "is longer than 64 MiB")
        return None
    try:
        raw = json.loads(line, parse_constant=_refuse)
    except json.JSONDecodeError as problem:
        problems.add(f"{where}, column {problem.colno}", "-", f"is not JSON: {problem.msg}")
        return None
    except (ValueError, RecursionError) as problem:
        problems.add(where, "-", f"is not JSON: {problem or 'too deeply nested'}")
        return None
    return raw if problems.of_type(raw, dict, where, "-") else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _header(raw: Mapping[str, Any], where: str, problems: Problems) -> None:
    if raw.get("format") != FORMAT:
        problems.add(where, "format", f"must be {FORMAT!r}, not {raw.get('format')!r}")
    elif raw.get("version") != VERSION:
        problems.add(where, "version", f"is {raw.get('version')!r}; this reads version {VERSION}")


def _conversation(raw: dict[str, Any], where: str, problems: Problems) -> ConversationRecord | None:
    before = len(problems.found) + problems.more
    problems.only_keys(raw, (*_CONVERSATION, *_ONLY_IN_RELEASES), where)
    external_id = raw.get("id")
    if problems.of_type(external_id, str, where, "id") and not 1 <= len(str(external_id)) <= 200:
        problems.add(where, "id", "must have 1 to 200 characters")
    words = {}
    for field, length in (("split", 64), ("topic", 100), ("config", 32), ("system", 100)):
        words[field] = _word(raw.get(field, ""), length, where, field, problems)
    extra = raw.get("extra", {})
    problems.of_type(extra, dict, where, "extra")
    _clean(extra, where, "extra", problems)
    alternative_of = raw.get("alternative_of")
    if alternative_of is not None:
        problems.of_type(alternative_of, str, where, "alternative_of")
    turns = [
        _turn(item, f"{where}, turn {place + 1}", problems)
        for place, item in enumerate(_list(raw, "turns", where, problems))
    ]
    if not turns:
        problems.add(where, "turns", "a conversation has at least one turn")
    sections = [
        _section(item, f"{where}, knowledge {place + 1}", problems)
        for place, item in enumerate(_list(raw, "knowledge", where, problems))
    ]
    named = [(section.speaker, section.key) for section in sections if section]
    for speaker, key in {pair for pair in named if named.count(pair) > 1}:
        problems.add(where, "knowledge", f"section {key} of {speaker or 'everybody'} is there twice")
    ratings = [
        _rating(item, len(turns), f"{where}, rating {place + 1}", problems)
        for place, item in enumerate(_list(raw, "ratings", where, problems))
    ]
    if len(problems.found) + problems.more > before:
        return None
    return ConversationRecord(
        external_id=str(external_id),
        turns=tuple(turn for turn in turns if turn),
        **words,
        alternative_of=alternative_of,
        sections=tuple(section for section in sections if section),
        ratings=tuple(rating for rating in ratings if rating),
        extra=extra,
    )


def _turn(raw: Any, where: str, problems: Problems) -> TurnRecord | None:
    if not problems.of_type(raw, dict, where, "-"):
        return None
    problems.only_keys(raw, _TURN, where)
    speaker = _word(raw.get("speaker"), 64, where, "speaker", problems)
    problems.of_type(raw.get("text"), str, where, "text")
    cited = _list(raw, "cited", where, problems)
    for key in cited:
        _word(key, 64, where, "cited", problems)
    at = raw.get("at")
    if at is not None and (isinstance(at, bool) or not isinstance(at, int | float)):
        problems.add(where, "at", "must be a number of seconds")
        at = None
    extra = raw.get("extra", {})
    problems.of_type(extra, dict, where, "extra")
    _clean(extra, where, "extra", problems)
    return TurnRecord(speaker, raw.get("text") or "", tuple(map(str, cited)), None if at is None else float(at), extra)


def _section(raw: Any, where: str, problems: Problems) -> SectionRecord | None:
    if not problems.of_type(raw, dict, where, "-"):
        return None
    problems.only_keys(raw, _SECTION, where)
    speaker = _word(raw.get("speaker", ""), 64, where, "speaker", problems)
    key = _word(raw.get("key"), 64, where, "key", problems)
    title = _word(raw.get("title", ""), 300, where, "title", problems)
    passages = []
    for place, item in enumerate(_list(raw, "passages", where, problems)):
        here = f"{where}, passage {place + 1}"
        if not problems.of_type(item, dict, here, "-"):
            continue
        problems.only_keys(item, _PASSAGE, here)
        kind = _word(item.get("kind"), 64, here, "kind", problems)
        for field in ("ref", "text"):
            if item.get(field) is not None:
                problems.of_type(item[field], str, here, field)
        passages.append(PassageRecord(kind, item.get("ref"), item.get("text")))
    return SectionRecord(speaker, key, title, tuple(passages))


def _rating(raw: Any, turns: int, where: str, problems: Problems) -> RatingRecord | None:
    if not problems.of_type(raw, dict, where, "-"):
        return None
    problems.only_keys(raw, (*_RATING, *_RATING_IN_RELEASES), where)
    turn = raw.get("turn")
    if turn is not None and problems.of_type(turn, int, where, "turn") and not 0 <= turn < turns:
        problems.add(where, "turn", f"{turn} is none of the {turns} turns (they count from 0)")
    dimension = _word(raw.get("dimension"), 64, where, "dimension", problems)
    rater = _word(raw.get("rater"), 100, where, "rater", problems)
    value = raw.get("value")
    if isinstance(value, list):
        for label in value:
            _word(label, 100, where, "value", problems)
        value = tuple(map(str, value))
    elif isinstance(value, str):
        _word(value, 100, where, "value", problems)
    elif isinstance(value, bool) or not (value is None or isinstance(value, int | float)):
        problems.add(where, "value", "must be a number, a label, a list of labels, or null with a reason")
        value = None
    reason = _word(raw.get("reason", ""), 64, where, "reason", problems)
    if (value is None) == (reason == ""):
        problems.add(where, "value", "needs either a value or a reason, not both and not neither")
    note = raw.get("note", "")
    problems.of_type(note, str, where, "note")
    revision = raw.get("revision", 1)
    if problems.of_type(revision, int, where, "revision") and revision < 1:
        problems.add(where, "revision", "counts from 1")
    made_at = raw.get("made_at")
    if made_at is not None and problems.of_type(made_at, str, where, "made_at") and not _is_moment(made_at):
        problems.add(where, "made_at", "must be ISO 8601 with an offset, such as 2026-01-31T12:00:00+00:00")
    return RatingRecord(turn, dimension, rater, value, reason, note or "", revision or 1, made_at)


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _word(value: Any, length: int, where: str, field: str, problems: Problems) -> str:
    if problems.of_type(value, str, where, field) and len(value) > length:
        problems.add(where, field, f"is longer than {length} characters")
    return value if isinstance(value, str) else ""


def _list(raw: Mapping[str, Any], field: str, where: str, problems: Problems) -> list[Any]:
    value = raw.get(field, [])
    return value if problems.of_type(value, list, where, field) else []


def _clean(value: Any, where: str, field: str, problems: Problems) -> None:
    """Texts at any depth may hold nothing that the database cannot keep."""
    if isinstance(value, str):
        problems.of_type(value, str, where, field)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _clean(key, where, field, problems)
            _clean(inner, where, field, problems)
    elif isinstance(value, list):
        for inner in value:
            _clean(inner, where, field, problems)
