"""Our own format, one conversation a line, as imports read it and releases write it.

    {"id": "c1", "domain": "billing", "turns": [{"speaker": "USER", "text": "...", "at": 0.0,
     "ratings": [{"value": 4, "dimension": "interaction_quality"}, ...] or "votes": [4, 3],
     "labels": {"act": "INFORM"}}]}

`at`, `domain`, ratings and labels are optional. A label is a name, or shares per name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scoring.metrics.iq.corpora.records import Conversation, TurnLabels, turns_sha256
from scoring.metrics.lines import BadLine, parse

DIMENSION = "interaction_quality"


class BadTrainingFile(ValueError):
    """A file that cannot be trained from; the message names every bad line (at most twenty)."""


def read_jsonl(path: Path, *, corpus: str | None = None) -> Iterator[Conversation]:
    """The conversations of a file; blank lines are passed over. Raises `BadTrainingFile` after the last line."""
    bad: list[str] = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                held = json.loads(line)
                dialogue = parse(held, "dialogue")
                labels = tuple(_labels(turn) for turn in held["turns"])
                yield Conversation(
                    str(held["id"]),
                    corpus or path.name,
                    str(held.get("domain") or corpus or path.stem),
                    dialogue.turns,  # type: ignore[union-attr]
                    labels,
                    turns_sha256(dialogue.turns),  # type: ignore[union-attr]
                )
            except (BadLine, ValueError, TypeError, KeyError, AttributeError) as error:
                bad.append(f"line {number}: {error}")
    if bad:
        more = f" and {len(bad) - 20} more" if len(bad) > 20 else ""
        raise BadTrainingFile(f"{path}: {'; '.join(bad[:20])}{more}")


def _labels(turn: dict[str, Any]) -> TurnLabels:
    votes = [float(vote) for vote in turn.get("votes", [])]
    for rating in turn.get("ratings", []):
        if rating.get("dimension", DIMENSION) == DIMENSION and rating.get("value") is not None:
            votes.append(float(rating["value"]))
    if any(not 1.0 <= vote <= 5.0 for vote in votes):
        raise ValueError(f"votes are 1 to 5, not {votes}")
    classes: dict[str, dict[str, float]] = {}
    for task, label in turn.get("labels", {}).items():
        shares = {label: 1.0} if isinstance(label, str) else {str(key): float(share) for key, share in label.items()}
        total = sum(shares.values())
        if shares and (total <= 0 or min(shares.values()) < 0):
            raise ValueError(f"shares of {task} are not negative and not all zero")
        if shares:
            classes[task] = {key: share / total for key, share in shares.items()}
    return TurnLabels(tuple(votes), classes)
