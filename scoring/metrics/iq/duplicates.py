"""Drop what shares text with an evaluation item, before any training and before pre-training.

Two conversations share text where they share, after lower-casing and leaving out all but letters and digits,
one turn of 12 words or more, or two turns in a row of 12 words or more together.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from scoring.metrics.iq.corpora import CORPORA, read
from scoring.metrics.iq.corpora.records import Conversation
from scoring.metrics.iq.splits import part_of

WORDS = 12
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Dropped:
    """corpus: how many conversations it had, how many were dropped."""

    corpus: str
    had: int
    dropped: int


def fingerprints(texts: Sequence[str]) -> set[str]:
    """What a conversation can be recognised by."""
    plain = [" ".join(_WORD.findall(text.casefold())) for text in texts]
    keys = {text for text in plain if text.count(" ") + 1 >= WORDS}
    for first, second in pairwise(plain):
        if first and second and first.count(" ") + second.count(" ") + 2 >= WORDS:
            keys.add(f"{first} | {second}")
    return keys


def evaluation_fingerprints(folder: Path) -> set[str]:
    """Of every item that is used to measure: USS dev, Topical-Chat test_freq, FED, USR and BEGIN contexts."""
    keys: set[str] = set()
    for name, corpus in CORPORA.items():
        if corpus.evaluation or name.startswith("uss-"):
            for conversation in read(name, folder):
                if corpus.evaluation or part_of(conversation.sha256) == "dev":
                    keys |= fingerprints([turn.text for turn in conversation.turns])
    usr = folder / "usr" / "usr_topical_chat.json"
    if usr.exists():
        for item in json.loads(usr.read_text(encoding="utf-8")):
            keys |= fingerprints([line for line in item["context"].split("\n") if line.strip()])
    for file in sorted((folder / "factuality" / "begin").glob("*/begin_dev_*.tsv")):
        with file.open(encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE):
                keys |= fingerprints([row.get("message") or ""])
    return keys


def drop_shared(conversations: Iterable[Conversation], keys: set[str]) -> tuple[list[Conversation], list[Dropped]]:
    """Those that share nothing, and the count per corpus."""
    kept: list[Conversation] = []
    had: dict[str, int] = {}
    dropped: dict[str, int] = {}
    for conversation in conversations:
        had[conversation.corpus] = had.get(conversation.corpus, 0) + 1
        if fingerprints([turn.text for turn in conversation.turns]) & keys:
            dropped[conversation.corpus] = dropped.get(conversation.corpus, 0) + 1
        else:
            kept.append(conversation)
    return kept, [Dropped(corpus, count, dropped.get(corpus, 0)) for corpus, count in had.items()]
