"""Write our own format (see jsonl)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from annotate.importing.jsonl import FORMAT, VERSION
from annotate.importing.records import ConversationRecord


def header(**fields: Any) -> bytes:
    """The first line: what the file is and what it holds."""
    return _line({"format": FORMAT, "version": VERSION, **fields})


def lines(records: Iterable[ConversationRecord]) -> Iterator[bytes]:
    """One line a conversation."""
    return (_line(conversation(record)) for record in records)


def conversation(record: ConversationRecord) -> dict[str, Any]:
    """A conversation as the format spells it."""
    return {
        "id": record.external_id,
        "split": record.split,
        "topic": record.topic,
        "config": record.config,
        "system": record.system,
        "alternative_of": record.alternative_of,
        "extra": record.extra,
        "turns": [asdict(turn) for turn in record.turns],
        "knowledge": [asdict(section) for section in record.sections],
        "ratings": [asdict(rating) for rating in record.ratings],
    }


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
