"""Write Topical-Chat's own two files again, byte for byte as they were read (`json.dumps(…, indent=2)`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from annotate.importing.reading_sets import AGENTS, ARTICLE, READING_SET, WIKI, section_keys
from annotate.importing.records import ConversationRecord, PassageRecord, SectionRecord
from annotate.importing.topical_chat import CONVERSATION, LAYOUT, TURN


def conversations_file(records: Iterable[ConversationRecord]) -> Iterator[bytes]:
    """The conversations file of the records, in chunks of one conversation."""
    return _object(records, conversation, "layout")


def reading_sets_file(records: Iterable[ConversationRecord]) -> Iterator[bytes]:
    """The reading sets file of the records, in chunks of one; those that came without a reading set have none."""
    kept = (record for record in records if "reading_set_keys" in record.extra)
    return _object(kept, reading_set, "reading_set_layout")


def conversation(record: ConversationRecord) -> dict[str, Any]:
    """One conversation with the original fields in their order; empty ratings and source ids are kept.

    jsonb keeps no order of keys, so it is that of the published files unless `extra` says otherwise.
    """
    whole: dict[str, Any] = {
        "article_url": record.extra.get("article_url"),
        "config": record.config,
        "content": [],
        "conversation_rating": dict(record.extra["conversation_rating"]),
    }
    for turn in record.turns:
        fields = {
            "message": turn.text,
            "agent": turn.speaker,
            "sentiment": turn.extra["sentiment"],
            "knowledge_source": list(turn.cited),
            "turn_rating": turn.extra["turn_rating"],
        }
        whole["content"].append({key: fields[key] for key in turn.extra.get("keys", TURN)})
    return {key: whole[key] for key in record.extra.get("keys", CONVERSATION)}


def reading_set(record: ConversationRecord) -> dict[str, Any]:
    """One reading set, pre-built or built as it came."""
    own = record.extra.get("reading_set", {})
    orders = record.extra.get("section_keys", {})
    whole: dict[str, Any] = {
        "article_url": own.get("article_url", record.extra.get("article_url")),
        "config": own.get("config", record.config),
        **{agent: _agent(record.sections, agent, orders) for agent in AGENTS},
    }
    if "article" in record.extra:
        parts = {part.key: part.passages[0].text for part in record.sections if part.key in ARTICLE}
        whole["article"] = {key: parts.get(key, text) for key, text in record.extra["article"]}
    return {key: whole[key] for key in record.extra.get("reading_set_keys", READING_SET)}


def _agent(sections: Iterable[SectionRecord], agent: str, orders: dict[str, list[str]]) -> dict[str, Any]:
    return {
        section.key: _section(section, orders.get(f"{agent}.{section.key}"))
        for section in sections
        if section.speaker == agent
    }


def _section(section: SectionRecord, order: list[str] | None) -> dict[str, Any]:
    passages = list(section.passages)
    fields: dict[str, Any] = {"entity": section.title}
    field_of = {kind: field for field, kind in WIKI.items()}
    fields |= {field_of[passage.kind]: _wiki(passage) for passage in passages if passage.kind in field_of}
    fields["fun_facts"] = [passage.ref or passage.text for passage in passages if passage.kind == "fun_fact"]
    return {key: fields[key] for key in order or section_keys(passages)}


def _wiki(passage: PassageRecord) -> int | str | None:
    return int(passage.ref) if passage.ref is not None else passage.text


def _object(
    records: Iterable[ConversationRecord], spelled: Callable[[ConversationRecord], dict[str, Any]], layout_key: str
) -> Iterator[bytes]:
    """`json.dumps(everything, indent=2)` without holding everything."""
    layout: Mapping[str, Any] = LAYOUT
    first = True
    for record in records:
        layout = record.extra.get(layout_key, LAYOUT)
        text = json.dumps({record.external_id: spelled(record)}, indent=2, ensure_ascii=layout["ascii"])
        yield (("{" if first else ",") + text[1:-2]).encode()
        first = False
    yield ("{}" if first else "\n}").encode() + layout["end"].encode()
