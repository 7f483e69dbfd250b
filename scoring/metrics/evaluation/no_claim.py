"""How good the rule of `scoring.metrics.claims` is, and how many turns of Topical-Chat it takes out.

BEGIN calls a response "Generic" when it is too vague to be attributed to anything. The words were chosen looking at
the generic responses of CMU dev: its figures are those of the set that the rule was made on. No set with many generic
responses was kept unseen; of Topical-Chat and WoW the rule can only show what it takes out wrongly.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from scoring.metrics.claims import claims_nothing
from scoring.metrics.evaluation.grounded_sets import GroundedItem, data_folder, read

GENERIC = "Generic"


def half(item: GroundedItem) -> int:
    """0 or 1, the same for all items of a context."""
    return int(item.group, 16) % 2


def rule_row(name: str, items: Sequence[GroundedItem]) -> str:
    """A row of Markdown: precision and recall of the rule against "Generic", and what it takes out wrongly."""
    taken = [item for item in items if claims_nothing(item.text)]
    generic = [item for item in items if item.label == GENERIC]
    right = sum(item.label == GENERIC for item in taken)
    attributable = sum(item.human == 1 for item in taken)
    precision = f"{right / len(taken):.2f} ({right} of {len(taken)})" if taken else "–"
    recall = f"{right / len(generic):.2f} ({right} of {len(generic)})" if generic else "–"
    return f"| {name} | {len(items)} | {precision} | {recall} | {attributable} |"


def rule_rows() -> list[str]:
    """The table for all BEGIN dev sets."""
    return [
        "| BEGIN dev | responses | precision | recall | taken out, though fully attributable |",
        "|---|---|---|---|---|",
        rule_row("CMU (the words were chosen on it)", read("begin-cmu", data_folder())),
        rule_row("Topical-Chat", read("begin-tc", data_folder())),
        rule_row("WoW", read("begin-wow", data_folder())),
    ]


def topical_chat_counts(folder: Path) -> dict[str, tuple[int, int]]:
    """cited knowledge -> (turns that claim nothing, turns), over the conversation files in the folder."""
    counts: dict[str, tuple[int, int]] = {}
    for file in sorted(folder.glob("*.json")):
        for conversation in json.loads(file.read_text(encoding="utf-8")).values():
            for turn in conversation["content"]:
                personal = set(turn["knowledge_source"]) == {"Personal Knowledge"}
                name = "personal knowledge only" if personal else "some of the reading set"
                none, turns = counts.get(name, (0, 0))
                counts[name] = (none + claims_nothing(turn["message"]), turns + 1)
    return counts
