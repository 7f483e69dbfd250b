"""The parts of a conversation in our own format: turns, knowledge, ratings, and the dimensions of a header."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from annotate.importing.dimensions import DimensionSpec, Point
from annotate.importing.examples import EXAMPLE_FIELDS, example_problem
from annotate.importing.problems import Problems
from annotate.importing.records import PassageRecord, RatingRecord, SectionRecord, TurnRecord

_TURN = ("speaker", "text", "cited", "at", "extra")
_SECTION = ("speaker", "key", "title", "passages")
_PASSAGE = ("kind", "ref", "text")
_RATING = (
    "turn", "dimension", "version", "rater", "value", "reason", "note", "evidence",
    "revision", "made_at", "campaign", "active_ms",
)  # fmt: skip
_UNITS, _KINDS, _DIRECTIONS = ("turn", "conversation"), ("number", "label", "labels"), ("higher", "lower", "none")
_WHOLE_NUMBER_AT_MOST = 2**31 - 1


def turn_record(raw: Any, where: str, problems: Problems) -> TurnRecord | None:
    """A turn; None with problems when it is none."""
    if not problems.of_type(raw, dict, where, "-"):
        return None
    problems.only_keys(raw, _TURN, where)
    speaker = problems.word(raw.get("speaker"), 64, where, "speaker")
    text = raw.get("text")
    problems.of_type(text, str, where, "text")
    cited = tuple(problems.word(key, 64, where, "cited") for key in listed(raw, "cited", where, problems))
    at = raw.get("at")
    if at is not None and not _is_number(at):
        problems.add(where, "at", "must be a number of seconds")
        at = None
    extra = raw.get("extra", {})
    problems.of_type(extra, dict, where, "extra")
    problems.clean(extra, where, "extra")
    return TurnRecord(speaker, text if isinstance(text, str) else "", cited, None if at is None else float(at), extra)


def section_record(raw: Any, where: str, problems: Problems) -> SectionRecord | None:
    """A section of knowledge; None with problems when it is none."""
    if not problems.of_type(raw, dict, where, "-"):
        return None
    problems.only_keys(raw, _SECTION, where)
    speaker = problems.word(raw.get("speaker", ""), 64, where, "speaker")
    key = problems.word(raw.get("key"), 64, where, "key")
    title = problems.word(raw.get("title", ""), 300, where, "title")
    passages = []
    for place, item in enumerate(listed(raw, "passages", where, problems)):
        here = f"{where}, passage {place + 1}"
        if not problems.of_type(item, dict, here, "-"):
            continue
        problems.only_keys(item, _PASSAGE, here)
        kind = problems.word(item.get("kind"), 64, here, "kind")
        for field in ("ref", "text"):
            if item.get(field) is not None:
                problems.of_type(item[field], str, here, field)
        passages.append(PassageRecord(kind, item.get("ref"), item.get("text")))
    return SectionRecord(speaker, key, title, tuple(passages))


def rating_record(raw: Any, turns: int, where: str, problems: Problems) -> RatingRecord | None:
    """A rating of one of so many turns, or of the whole; None with problems when it is none."""
    if not problems.of_type(raw, dict, where, "-"):
        return None
    problems.only_keys(raw, _RATING, where)
    turn = raw.get("turn")
    if turn is not None and problems.of_type(turn, int, where, "turn") and not 0 <= turn < turns:
        problems.add(where, "turn", f"{turn} is none of the {turns} turns (they count from 0)")
    dimension = problems.word(raw.get("dimension"), 64, where, "dimension")
    rater = problems.word(raw.get("rater"), 100, where, "rater")
    before = problems.count
    value = _value(raw.get("value"), where, problems)
    reason = problems.word(raw.get("reason", ""), 64, where, "reason")
    if problems.count == before and (value is None) == (reason == ""):
        problems.add(where, "value", "needs either a value or a reason: not both, and not neither")
    note = raw.get("note", "")
    problems.of_type(note, str, where, "note")
    evidence = raw.get("evidence")
    problems.clean(evidence, where, "evidence")
    made_at = raw.get("made_at")
    if made_at is not None and problems.of_type(made_at, str, where, "made_at") and not _is_moment(made_at):
        problems.add(where, "made_at", "must be ISO 8601 with an offset, such as 2026-01-31T12:00:00+00:00")
    return RatingRecord(
        turn,
        dimension,
        rater,
        value,
        reason,
        note if isinstance(note, str) else "",
        _counted(raw, "revision", 1, where, problems) or 1,
        made_at,
        evidence=evidence,
        version=_counted(raw, "version", 1, where, problems),
        campaign=problems.word(raw.get("campaign") or "", 200, where, "campaign"),
        active_ms=_counted(raw, "active_ms", 0, where, problems),
    )


def dimension_spec(raw: Any, where: str, problems: Problems) -> tuple[int, DimensionSpec] | None:
    """A dimension of a header with its version; None with problems when it is none."""
    before = problems.count
    if not problems.of_type(raw, dict, where, "-"):
        return None
    words = {
        field: problems.word(raw.get(field, default), length, where, field)
        for field, length, default in (
            ("key", 64, None), ("name", 100, raw.get("key")), ("question", 300, None), ("guidance", 10_000, "")
        )
    }  # fmt: skip
    for field, known, default in (("unit", _UNITS, None), ("kind", _KINDS, None), ("direction", _DIRECTIONS, "none")):
        problems.one_of(raw.get(field, default), known, where, field)
    scale = tuple(_point(item, "value", where, problems) for item in listed(raw, "scale", where, problems))
    if not scale:
        problems.add(where, "scale", "has no point")
    null_reasons = listed(raw, "null_reasons", where, problems)
    spec = DimensionSpec(
        key=words["key"],
        name=words["name"],
        question=words["question"],
        guidance=words["guidance"],
        unit=raw.get("unit"),  # type: ignore[arg-type]
        kind=raw.get("kind"),  # type: ignore[arg-type]
        scale=scale,
        direction=raw.get("direction", "none"),
        null_reasons=tuple(_point(item, "reason", where, problems) for item in null_reasons),
    )
    version = _counted(raw, "version", 1, where, problems) or 1
    return (version, spec) if problems.count == before else None


def listed(raw: Mapping[str, Any], field: str, where: str, problems: Problems) -> list[Any]:
    """The list in a field that may be left out."""
    value = raw.get(field, [])
    return value if problems.of_type(value, list, where, field) else []


def _point(raw: Any, value_field: str, where: str, problems: Problems) -> Point:
    if not problems.of_type(raw, dict, where, "scale"):
        return Point("")
    value = raw.get(value_field)
    if isinstance(value, str):
        problems.word(value, 100, where, f"scale.{value_field}")
    elif not _is_number(value):
        problems.add(where, f"scale.{value_field}", "must be a number or a label")
        value = ""
    label = problems.word(raw.get("label", ""), 200, where, "scale.label")
    description = problems.word(raw.get("description", ""), 10_000, where, "scale.description")
    if value_field != "value":
        return Point(value, label, description)
    return Point(value, label, description, *(_example(raw, field, where, problems) for field in EXAMPLE_FIELDS))


def _example(raw: Mapping[str, Any], field: str, where: str, problems: Problems) -> str:
    text = raw.get(field, "")
    if not problems.of_type(text, str, where, f"scale.{field}"):
        return ""
    if wrong := example_problem(text):
        problems.add(where, f"scale.{field}", wrong)
    return str(text)


def _value(raw: Any, where: str, problems: Problems) -> float | str | tuple[str, ...] | None:
    if isinstance(raw, list):
        labels = tuple(problems.word(label, 100, where, "value") for label in raw)
        if len(set(labels)) < len(labels):
            problems.add(where, "value", "holds a label twice")
        return labels
    if isinstance(raw, str):
        return problems.word(raw, 100, where, "value")
    if raw is None:
        return None
    if not _is_number(raw):
        problems.add(where, "value", "must be a number, a label, a list of labels, or null with a reason")
        return None
    return float(raw)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isfinite(value) if isinstance(value, float) else abs(value) < 2**53


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _counted(raw: Mapping[str, Any], field: str, first: int, where: str, problems: Problems) -> int | None:
    value = raw.get(field)
    if value is None or not problems.of_type(value, int, where, field):
        return None
    if not first <= value <= _WHOLE_NUMBER_AT_MOST:
        problems.add(where, field, f"must be from {first} to {_WHOLE_NUMBER_AT_MOST:,}")
        return None
    return int(value)
