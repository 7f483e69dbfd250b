"""The only bridge from rows to model inputs, and the sha256 that says which input a score was given for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from annotate.models import Conversation, KnowledgeSection
from scoring.metrics.api import Dialogue, DialogueTurn, Example, Grounded, Reads

READING_SET = "reading-set"


@dataclass(frozen=True, slots=True)
class Input:
    """One example and the turns (by index) that its scores belong to, in the order of the scores."""

    conversation_id: int
    turn_ids: tuple[int, ...]
    example: Example
    sha256: str


def signature_in_app(metric_signature: str, reads: Reads) -> str:
    """The metric's signature and what the app gave it as source: the reading set of the turn's speaker."""
    return metric_signature if reads == "dialogue" else f"{metric_signature}|source:{READING_SET}"


def inputs_of(conversations: Iterable[Conversation], reads: Reads) -> list[Input]:
    """Inputs of conversations whose `turns` (and for a grounded metric `sections`) are prefetched, in their order.

    A dialogue metric gets one input per conversation, a grounded one an input per turn.
    """
    found: list[Input] = []
    for conversation in conversations:
        rows = sorted(conversation.turns.all(), key=lambda turn: turn.index)
        turns = tuple(DialogueTurn(speaker=row.speaker, text=row.text, at=row.at) for row in rows)
        if reads == "dialogue":
            example: Example = Dialogue(id=str(conversation.pk), turns=turns)
            found.append(_input(conversation.pk, tuple(row.pk for row in rows), example))
            continue
        sections = list(conversation.sections.all())
        sources = {speaker: reading_set_text(sections, speaker) for speaker in {row.speaker for row in rows}}
        for place, row in enumerate(rows):
            example = Grounded(id=str(row.pk), source=sources[row.speaker], text=row.text, context=turns[:place])
            found.append(_input(conversation.pk, (row.pk,), example))
    return found


def reading_set_text(sections: Iterable[KnowledgeSection], speaker: str) -> str | None:
    """All texts of the speaker's reading set, a passage a paragraph; None when the data holds none of them."""
    paragraphs = []
    for section in sorted(sections, key=lambda each: each.position):
        if section.speaker not in ("", speaker):
            continue
        paragraphs += [passage["text"] for passage in section.passages if passage.get("text")]
    return "\n\n".join(paragraphs) or None


def _input(conversation_id: int, turn_ids: tuple[int, ...], example: Example) -> Input:
    canonical = json.dumps(asdict(example), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    return Input(conversation_id=conversation_id, turn_ids=turn_ids, example=example, sha256=digest)
