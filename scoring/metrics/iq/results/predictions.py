"""Predictions of one row on one set, small enough to keep: rated turns only, four digits, no text.

{"id": "uss-sgd-12", "turns": [0, 2], "value": [3.1, 2.7], "defect": [0.1, 0.6], "low": [...], "high": [...]}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring.metrics.iq.corpora import Conversation


@dataclass(frozen=True, slots=True)
class Judged:
    """One rated turn with what was predicted for it. defect, low, high: None where the row has none."""

    dialogue: str
    domain: str
    rating: float
    votes: tuple[float, ...]
    value: float
    defect: float | None
    low: float | None
    high: float | None


def write_predictions(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One line a dialogue."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as opened:
        for row in rows:
            opened.write(json.dumps(row, separators=(",", ":")) + "\n")


def read_predictions(file: Path) -> dict[str, dict[int, dict[str, float]]]:
    """dialogue -> turn -> value, defect, low, high; from a kept file, or from an output of the command line."""
    found: dict[str, dict[int, dict[str, float]]] = {}
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            held = json.loads(line)
            if "turns" in held:
                for place, turn in enumerate(held["turns"]):
                    found.setdefault(held["id"], {})[turn] = {
                        name: held[name][place] for name in ("value", "defect", "low", "high") if name in held
                    }
            elif held["value"] is not None:
                given = {name: held[name] for name in ("value", "low", "high") if held.get(name) is not None}
                if "defect_probability" in held.get("evidence", {}):
                    given["defect"] = held["evidence"]["defect_probability"]
                found.setdefault(held["id"], {})[held["turn"]] = given
    return found


def join(
    conversations: Sequence[Conversation], predicted: Mapping[str, Mapping[int, Mapping[str, float]]]
) -> list[Judged]:
    """Every rated turn with its prediction. Raises KeyError where one is missing: no turn is left out silently."""
    judged = []
    for conversation in conversations:
        for turn in conversation.rated:
            if not conversation.turns[turn].text.strip():
                continue  # a blank turn has no score, by the metric's own rule
            given = predicted[conversation.id][turn]
            labels = conversation.labels[turn]
            judged.append(
                Judged(
                    conversation.id,
                    conversation.domain,
                    labels.mean or 0.0,
                    labels.votes,
                    given["value"],
                    given.get("defect"),
                    given.get("low"),
                    given.get("high"),
                )
            )
    return judged
