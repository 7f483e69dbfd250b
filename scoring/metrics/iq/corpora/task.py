"""Task-oriented dialogue: SGD, STAR, Sim-M. They have no ratings; their acts are an auxiliary label."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from scoring.metrics.api import DialogueTurn
from scoring.metrics.iq.corpora.folder import source_file
from scoring.metrics.iq.corpora.records import NOTHING, Conversation, TurnLabels, turns_sha256


def read_sgd(folder: Path, part: str) -> Iterator[Conversation]:
    """Schema-guided dialogue, part train or dev."""
    for file in sorted(source_file(folder, "sgd", part).glob("dialogues_*.json")):
        for held in json.loads(file.read_text(encoding="utf-8")):
            turns = tuple(DialogueTurn(turn["speaker"], turn["utterance"]) for turn in held["turns"])
            labels = []
            for turn in held["turns"]:
                acts = {action["act"] for frame in turn["frames"] for action in frame.get("actions", [])}
                labels.append(TurnLabels((), {"act": {act: 1.0 / len(acts) for act in sorted(acts)}} if acts else {}))
            yield Conversation(
                f"sgd-{part}-{held['dialogue_id']}", f"sgd-{part}", "sgd", turns, tuple(labels), turns_sha256(turns)
            )


def read_star(folder: Path) -> Iterator[Conversation]:
    """STAR: what the user and the wizard said, in order."""
    with source_file(folder, "star", "dialogues.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            held = json.loads(line)
            said = [
                event
                for event in held["events"]
                if event["agent"] in {"User", "Wizard"}
                and event["action"] in {"utter", "pick_suggestion"}
                and event.get("text")
            ]
            turns = tuple(DialogueTurn(event["agent"], event["text"]) for event in said)
            yield Conversation(
                f"star-{held['id']}", "star", "star", turns, (NOTHING,) * len(turns), turns_sha256(turns)
            )


def read_sim_m(folder: Path, part: str) -> Iterator[Conversation]:
    """Simulated movie dialogues; the system speaks in `system_utterance`, where there is one."""
    for held in json.loads(source_file(folder, "sim_m", f"{part}.json").read_text(encoding="utf-8")):
        turns: list[DialogueTurn] = []
        for turn in held["turns"]:
            turns += [
                DialogueTurn(speaker, turn[key]["text"])
                for speaker, key in (("SYSTEM", "system_utterance"), ("USER", "user_utterance"))
                if turn.get(key, {}).get("text")
            ]
        said = tuple(turns)
        yield Conversation(
            f"sim-m-{held['dialogue_id']}", f"sim-m-{part}", "sim-m", said, (NOTHING,) * len(said), turns_sha256(said)
        )
