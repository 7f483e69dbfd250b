"""Human-human and human-bot chat: Topical-Chat, DBDC3, FED."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from scoring.metrics.api import DialogueTurn
from scoring.metrics.iq.corpora.folder import source_file
from scoring.metrics.iq.corpora.records import NOTHING, Conversation, TurnLabels, turns_sha256

RATINGS = {"Poor": 1.0, "Not Good": 2.0, "Passable": 3.0, "Good": 4.0, "Excellent": 5.0}


def read_topical_chat(folder: Path, part: str) -> Iterator[Conversation]:
    """One part (valid_freq, ...). The vote on a turn is the partner's, one a turn, nearly always 4 or 5."""
    file = source_file(folder, "topical_chat", "conversations", f"{part}.json")
    for identifier, held in json.loads(file.read_text(encoding="utf-8")).items():
        turns = tuple(DialogueTurn(turn["agent"], turn["message"]) for turn in held["content"])
        labels = tuple(_topical_labels(turn) for turn in held["content"])
        yield Conversation(identifier, f"topical-chat-{part}", "chat", turns, labels, turns_sha256(turns))


def _topical_labels(turn: dict[str, Any]) -> TurnLabels:
    classes: dict[str, dict[str, float]] = {}
    sources = {source[:2] if source[:2] in {"FS", "AS"} else source for source in turn["knowledge_source"]}
    if sources:
        classes["knowledge"] = {source: 1.0 / len(sources) for source in sorted(sources)}
    if turn["sentiment"].strip():
        classes["sentiment"] = {turn["sentiment"].strip(): 1.0}
    rating = RATINGS.get(turn["turn_rating"].strip())
    return TurnLabels((rating,) if rating else (), classes)


def read_dbdc3(folder: Path) -> Iterator[Conversation]:
    """DBDC3 dev, revised: 30 votes a system turn, O (not a breakdown), T (possible), X (breakdown)."""
    with source_file(folder, "dbdc3", "dev.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            held = json.loads(line)
            turns = tuple(DialogueTurn(turn["speaker"], turn["text"]) for turn in held["turns"])
            labels = tuple(_breakdown(turn.get("votes")) for turn in held["turns"])
            yield Conversation(held["id"], "dbdc3", "chatbot", turns, labels, turns_sha256(turns))


POINTS = {"O": 4.0, "T": 3.0, "X": 2.0}


def read_dbdc3_points(folder: Path) -> Iterator[Conversation]:
    """DBDC3 with its votes as points (a choice of ours: O 4, T 3, X 2), for weights from licence-clean data alone."""
    for conversation in read_dbdc3(folder):
        labels = []
        for one in conversation.labels:
            shares = one.classes.get("breakdown", {})
            votes = tuple(POINTS[label] for label, share in shares.items() for _ in range(round(share * 30)))
            labels.append(replace(one, votes=votes))
        yield replace(conversation, id=f"{conversation.id}-points", corpus="dbdc3-points", labels=tuple(labels))


def _breakdown(votes: dict[str, int] | None) -> TurnLabels:
    total = sum(votes.values()) if votes else 0
    if not votes or not total:
        return NOTHING
    return TurnLabels((), {"breakdown": {label: count / total for label, count in votes.items()}})


def read_fed(folder: Path) -> Iterator[Conversation]:
    """FED, for measuring only. Turn items: the vote, 0-4 made to 1-5, is on the last turn; dialogue items have none."""
    held = json.loads(source_file(folder, "fed", "fed_data.json").read_text(encoding="utf-8"))
    for number, item in enumerate(held):
        lines = item["context"].split("\n") + ([item["response"]] if "response" in item else [])
        turns = tuple(_fed_turn(line) for line in lines if line.strip())
        overall = [vote for vote in item["annotations"].get("Overall", []) if isinstance(vote, int | float)]
        last = TurnLabels(tuple(vote + 1.0 for vote in overall)) if "response" in item else NOTHING
        labels = (*(NOTHING for _ in turns[:-1]), last) if turns else ()
        yield Conversation(f"fed-{number}", "fed", item["system"], turns, labels, turns_sha256(turns))


def _fed_turn(line: str) -> DialogueTurn:
    speaker, colon, text = line.partition(":")
    return DialogueTurn(speaker.strip(), text.strip()) if colon else DialogueTurn("", line.strip())
