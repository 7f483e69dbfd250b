"""Write Topical-Chat's own two files again, byte for byte as they were read (`json.dumps(…, indent=2)`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from annotate.importing.records import ConversationRecord, PassageRecord, SectionRecord
from annotate.importing.topical_chat import AGENTS, WIKI

_FIELD_OF = {kind: field for field, kind in WIKI.items()}


def conversations_file(records: Iterable[ConversationRecord]) -> Iterator[bytes]:
    """The conversations file of the records, in chunks of one conversation."""
    return _object((record.external_id, conversation(record)) for record in records)


def reading_sets_file(records: Iterable[ConversationRecord]) -> Iterator[bytes]:
    """The reading sets file of the records, in chunks of one conversation."""
    return _object((record.external_id, reading_set(record)) for record in records)


def conversation(record: ConversationRecord) -> dict[str, Any]:
    """One conversation with the original field order; empty ratings and source ids are kept."""
    return {
        "article_url": record.extra["article_url"],
        "config": record.config,
        "content": [
            {
                "message": turn.text,
                "agent": turn.speaker,
                "sentiment": turn.extra["sentiment"],
                "knowledge_source": list(turn.cited),
                "turn_rating": turn.extra["turn_rating"],
            }
            for turn in record.turns
        ],
        "conversation_rating": dict(record.extra["conversation_rating"]),
    }


def reading_set(record: ConversationRecord) -> dict[str, Any]:
    """One reading set; the keys' order was kept beside the record, since jsonb keeps none."""
    whole: dict[str, Any] = {
        "article_url": record.extra["article_url"],
        "config": record.config,
        **{agent: _agent(record.sections, agent) for agent in AGENTS},
    }
    if "article" in record.extra:
        whole["article"] = dict(record.extra["article"])
    return {key: whole[key] for key in record.extra.get("reading_set_keys", list(whole)) if key in whole}


def _agent(sections: Iterable[SectionRecord], agent: str) -> dict[str, Any]:
    return {section.key: _section(section) for section in sections if section.speaker == agent}


def _section(section: SectionRecord) -> dict[str, Any]:
    written: dict[str, Any] = {"entity": section.title}
    for passage in section.passages:
        if passage.kind == "fun_fact":
            written.setdefault("fun_facts", []).append(passage.ref or passage.text)
        else:
            written[_FIELD_OF[passage.kind]] = _wiki(passage)
    written.setdefault("fun_facts", [])
    return written


def _wiki(passage: PassageRecord) -> int | str | None:
    return int(passage.ref) if passage.ref is not None else passage.text


def _object(items: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[bytes]:
    """`json.dumps(everything, indent=2)` without holding everything."""
    first = True
    for key, value in items:
        inner = json.dumps(value, indent=2).replace("\n", "\n  ")
        yield (("{\n" if first else ",\n") + f"  {json.dumps(key)}: {inner}").encode()
        first = False
    yield b"{}" if first else b"\n}"
