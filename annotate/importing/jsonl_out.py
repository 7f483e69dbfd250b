"""Write our own format (see jsonl). One record has one spelling: fields in a fixed order, keys of `extra` sorted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from annotate.importing.jsonl import FORMAT, VERSION
from annotate.importing.records import ConversationRecord, RatingRecord


def header(**fields: Any) -> bytes:
    """The first line: what the file is and what it holds."""
    return _line({"format": FORMAT, "version": VERSION, **fields})


def lines(records: Iterable[ConversationRecord]) -> Iterator[bytes]:
    """One line a conversation."""
    return map(to_line, records)


def to_line(record: ConversationRecord) -> bytes:
    """The line of one conversation, with its line feed."""
    return _line(conversation(record))


def conversation(record: ConversationRecord) -> dict[str, Any]:
    """A conversation as the format spells it."""
    return {
        "id": record.external_id,
        "split": record.split,
        "topic": record.topic,
        "config": record.config,
        "system": record.system,
        "alternative_of": record.alternative_of,
        "extra": _sorted(record.extra),
        "turns": [
            {
                "speaker": turn.speaker,
                "text": turn.text,
                "cited": turn.cited,
                "at": turn.at,
                "extra": _sorted(turn.extra),
            }
            for turn in record.turns
        ],
        "knowledge": [
            {
                "speaker": section.speaker,
                "key": section.key,
                "title": section.title,
                "passages": [{"kind": each.kind, "ref": each.ref, "text": each.text} for each in section.passages],
            }
            for section in record.sections
        ],
        "ratings": [_rating(rating) for rating in record.ratings],
    }


def _rating(rating: RatingRecord) -> dict[str, Any]:
    spelled: dict[str, Any] = {"turn": rating.turn, "dimension": rating.dimension}
    if rating.version is not None:
        spelled["version"] = rating.version
    spelled |= {
        "rater": rating.rater,
        "value": rating.value,
        "reason": rating.reason,
        "note": rating.note,
        "revision": rating.revision,
        "made_at": rating.made_at,
    }
    if rating.evidence is not None:
        spelled["evidence"] = _sorted(rating.evidence)
    if rating.campaign:
        spelled["campaign"] = rating.campaign
    if rating.active_ms is not None:
        spelled["active_ms"] = rating.active_ms
    return spelled


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted(each) for each in value]
    return value


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
