"""Our own format: one JSON object a line; the first says what it is, the others are conversations (docs/formats.md).

Read and written without loss: what a release holds of a corpus can be imported again and is found unchanged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from annotate.importing.checking import checked
from annotate.importing.dimensions import DimensionSpec
from annotate.importing.jsonl_parts import dimension_spec, listed, rating_record, section_record, turn_record
from annotate.importing.problems import Problems, decoded, parsed
from annotate.importing.records import ConversationRecord, RatingRecord

FORMAT, VERSION = "evalsite-jsonl", 1
LINE_AT_MOST = 64 * 1024 * 1024
_CONVERSATION = ("id", "split", "topic", "config", "system", "alternative_of", "extra", "turns", "knowledge", "ratings")
# A release adds these; they are no content of the corpus and an import passes them by.
_ONLY_IN_RELEASES = ("predictions", "verdicts", "pair_verdicts", "readings", "drawn", "choices", "known")


def read(files: Iterable[tuple[str, bytes]]) -> list[ConversationRecord]:
    """Every conversation of the files, in order. Raises BadFile with every bad line and field."""
    problems = Problems()
    records: list[ConversationRecord] = []
    places: list[str] = []
    for name, content in files:
        text = decoded(name, content, problems)
        for number, line in enumerate((text or "").split("\n"), 1):
            where = f"{name}, line {number}"
            raw = _object(line, where, problems)
            if raw is None:
                continue
            if number == 1 and "format" in raw:
                _header(raw, where, problems)
                continue
            record = _conversation(raw, where, problems)
            if record is not None:
                records.append(record)
                places.append(where)
    return checked(records, places, problems, nothing="holds no conversation")


def dimensions(files: Iterable[tuple[str, bytes]]) -> list[tuple[int, DimensionSpec]]:
    """The dimensions that the files' headers define, each version with its number. Raises BadFile."""
    problems = Problems()
    found: list[tuple[int, DimensionSpec]] = []
    for name, content in files:
        where = f"{name}, line 1"
        raw = _object(decoded(name, content.partition(b"\n")[0], problems) or "", where, problems)
        if raw is None or "format" not in raw:
            continue
        for place, item in enumerate(listed(raw, "dimensions", where, problems)):
            spec = dimension_spec(item, f"{where}, dimension {place + 1}", problems)
            if spec is not None and spec not in found:
                found.append(spec)
    problems.raise_if_any()
    return found


def _object(line: str, where: str, problems: Problems) -> dict[str, Any] | None:
    if not line.strip():
        return None
    if len(line) > LINE_AT_MOST:
        problems.add(where, "-", f"is longer than {LINE_AT_MOST:,} characters")
        return None
    raw = parsed(line, where, problems, one_line=True)
    return raw if raw is not None and problems.of_type(raw, dict, where, "-") else None


def _header(raw: Mapping[str, Any], where: str, problems: Problems) -> None:
    if raw.get("format") != FORMAT:
        problems.one_of(raw.get("format"), (FORMAT,), where, "format")
    elif type(raw.get("version")) is not int or raw["version"] != VERSION:
        problems.add(where, "version", f"must be {VERSION}: this reads no other")


def _conversation(raw: dict[str, Any], where: str, problems: Problems) -> ConversationRecord | None:
    before = problems.count
    problems.only_keys(raw, (*_CONVERSATION, *_ONLY_IN_RELEASES), where)
    external_id = problems.word(raw.get("id"), 200, where, "id")
    words = {
        field: problems.word(raw.get(field, ""), length, where, field)
        for field, length in (("split", 64), ("topic", 100), ("config", 32), ("system", 100))
    }
    extra = raw.get("extra", {})
    problems.of_type(extra, dict, where, "extra")
    problems.clean(extra, where, "extra")
    alternative_of = raw.get("alternative_of")
    if alternative_of is not None:
        problems.of_type(alternative_of, str, where, "alternative_of")
    turns = [
        turn_record(item, f"{where}, turn {place + 1}", problems)
        for place, item in enumerate(listed(raw, "turns", where, problems))
    ]
    if raw.get("turns", []) == []:
        problems.add(where, "turns", "a conversation has at least one turn")
    sections = [
        section_record(item, f"{where}, knowledge {place + 1}", problems)
        for place, item in enumerate(listed(raw, "knowledge", where, problems))
    ]
    for (speaker, key), times in Counter((each.speaker, each.key) for each in sections if each).items():
        if times > 1:
            problems.add(where, "knowledge", f"section {key} of {speaker or 'everybody'} is there {times} times")
    ratings = [
        rating_record(item, len(turns), f"{where}, rating {place + 1}", problems)
        for place, item in enumerate(listed(raw, "ratings", where, problems))
    ]
    for answer, times in Counter(_answer(each) for each in ratings if each).items():
        if times > 1:
            turn, dimension, rater, campaign, revision = answer
            said = f"revision {revision} of {rater} on turn {turn}" + (f" in {campaign}" if campaign else "")
            problems.add(where, "ratings", f"{dimension}: {said} is there {times} times")
    passed_by = sum(len(listed(raw, name, where, problems)) for name in _ONLY_IN_RELEASES if name in raw)
    if problems.count > before:
        return None
    return ConversationRecord(
        external_id=external_id,
        turns=tuple(turn for turn in turns if turn),
        **words,
        alternative_of=alternative_of,
        sections=tuple(section for section in sections if section),
        ratings=tuple(rating for rating in ratings if rating),
        extra=extra,
        passed_by=passed_by,
    )


def _answer(rating: RatingRecord) -> tuple[int | None, str, str, str, int]:
    return rating.turn, rating.dimension, rating.rater, rating.campaign, rating.revision
