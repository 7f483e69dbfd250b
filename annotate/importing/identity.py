"""The identity of a conversation's content: what decides whether an import brings something new."""

from __future__ import annotations

import hashlib
import json

from annotate.importing.records import ConversationRecord


def content_hash(record: ConversationRecord) -> str:
    """The sha256 of the record's canonical JSON without its ratings.

    Ratings may be added later, and a release holds more of them than the import did: they are not the content.
    """
    # Spelled out instead of dataclasses.asdict, which copies every text and takes six times as long.
    content = [
        record.external_id,
        record.split,
        record.topic,
        record.config,
        record.system,
        record.alternative_of,
        record.extra,
        [[turn.speaker, turn.text, turn.cited, turn.at, turn.extra] for turn in record.turns],
        [
            [section.speaker, section.key, section.title, [[p.kind, p.ref, p.text] for p in section.passages]]
            for section in record.sections
        ],
    ]
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
