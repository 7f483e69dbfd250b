"""Turns of Topical-Chat that say something of the wiki sections they cite, as items.

A turn is taken where it cites sections of the speaker's reading set and nothing else, the data has their text, and it
shares at least three different content words with it: most other turns cite a fun fact whose text is not in the data.
(In the place of the published recipe's filter of corrupted summaries.)
"""

from __future__ import annotations

import random
from pathlib import Path

from annotate.importing.records import ConversationRecord, TurnRecord
from annotate.importing.topical_chat import read
from scoring.conseq.items import Item
from scoring.metrics.api import DialogueTurn
from scoring.metrics.evaluation.grounded_sets import DataMissing
from scoring.metrics.words import content_words

TRAIN, HELD_OUT = "valid_rare", "test_freq"
"""Contexts of BEGIN and USR, on which metrics are measured, stand in test_freq and valid_freq: no training on those."""
LEAST_SHARED = 3  # content words
TURNS_BEFORE = 2


def topical_chat_items(folder: Path, split: str, *, count: int, seed: int, of_a_conversation: int = 1) -> list[Item]:
    """At most `count` items of a split, drawn by `seed`; at most `of_a_conversation` of one. Raises `DataMissing`."""
    files = [
        folder / "conversations" / f"{split}.json",
        folder / "reading_sets" / "pre-build" / f"{split}.json",
        folder / "wiki.json",
    ]
    for file in files:
        if not file.is_file():
            raise DataMissing(f"There is no {file}.")
    chance = random.Random(seed)  # noqa: S311  reproducible, not secret
    found: list[Item] = []
    for record in read((file.name, file.read_bytes()) for file in files):
        held = [item for place in range(1, len(record.turns)) if (item := _item(record, place))]
        found += chance.sample(held, min(of_a_conversation, len(held)))
    chance.shuffle(found)
    return found[:count]


def _item(record: ConversationRecord, place: int) -> Item | None:
    turn = record.turns[place]
    source = _cited(record, turn)
    if source is None:
        return None
    known = {word.form for word in content_words(source)}
    if len(known & {word.form for word in content_words(turn.text)}) < LEAST_SHARED:
        return None
    before = record.turns[max(0, place - TURNS_BEFORE) : place]
    context = tuple(DialogueTurn(each.speaker, each.text.strip()) for each in before)
    return Item(f"{record.external_id}-{place}", record.external_id, source, turn.text.strip(), context, turn.speaker)


def _cited(record: ConversationRecord, turn: TurnRecord) -> str | None:
    """The texts of the sections that the turn cites, a passage a paragraph; None where it cites anything else."""
    sections = {section.key: section for section in record.sections if section.speaker == turn.speaker}
    if not turn.cited or not all(key.startswith("FS") and key in sections for key in turn.cited):
        return None
    texts = [passage.text for key in turn.cited for passage in sections[key].passages if passage.text]
    return "\n\n".join(texts) or None
