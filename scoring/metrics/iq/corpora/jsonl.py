"""Our own format, one conversation a line, as a release holds it: so that a release can be trained from.

    {"format": "evalsite-jsonl", ...}                (a first line that may be missing)
    {"id": "c1", "split": "train", "topic": "billing", "turns": [{"speaker": "USER", "text": "...", "at": 0.0}, ...],
     "ratings": [{"turn": 0, "dimension": "interaction_quality", "rater": "r1", "value": 4, "revision": 1}, ...]}

Ratings of interaction quality are votes; those of other dimensions are auxiliary labels where they are words. Of
several revisions the last one counts. Conversations whose split is dev or test are passed over. Other keys are
not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scoring.metrics.api import Dialogue
from scoring.metrics.iq.config import POINTS
from scoring.metrics.iq.corpora.records import Conversation, TurnLabels, turns_sha256
from scoring.metrics.lines import BadLine, parse

DIMENSION = "interaction_quality"
_HELD_OUT = {"dev", "test", "valid"}
_TOLD = 20


class BadTrainingFile(ValueError):
    """A file that cannot be trained from; the message names every bad line (the first twenty in full)."""


def read_jsonl(path: Path) -> Iterator[Conversation]:
    """The conversations of a file, blank lines passed over. Raises `BadTrainingFile` after the last line."""
    bad: list[str] = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                held = json.loads(line) if line.strip() else {"format": ""}
                if "format" in held or held.get("split") in _HELD_OUT:
                    continue
                yield _conversation(held, path)
            except (BadLine, ValueError, TypeError, KeyError, AttributeError) as error:
                bad.append(f"line {number}: {error}")
    if bad:
        more = f" and {len(bad) - _TOLD} more" if len(bad) > _TOLD else ""
        raise BadTrainingFile(f"{path}: {'; '.join(bad[:_TOLD])}{more}")


def _conversation(held: dict[str, Any], path: Path) -> Conversation:
    dialogue = parse(held, "dialogue")
    assert isinstance(dialogue, Dialogue)
    votes: list[dict[str, float]] = [{} for _ in dialogue.turns]
    words: list[dict[str, dict[str, tuple[str, ...]]]] = [{} for _ in dialogue.turns]
    for rating in sorted(held.get("ratings", []), key=lambda one: one.get("revision") or 1):
        turn, value, rater = rating.get("turn"), rating.get("value"), str(rating.get("rater", ""))
        if turn is None:
            continue  # of the whole conversation
        if isinstance(turn, bool) or not isinstance(turn, int) or not 0 <= turn < len(dialogue.turns):
            raise ValueError(f"a rating is of turn {turn!r}, which is none of the {len(dialogue.turns)} turns")
        if rating["dimension"] == DIMENSION:
            votes[turn].pop(rater, None)  # a later revision may take a value back
            if value is not None:
                votes[turn][rater] = _vote(value)
        elif isinstance(value, str) or (isinstance(value, list) and value):
            labels = (value,) if isinstance(value, str) else tuple(map(str, value))
            words[turn].setdefault(rating["dimension"], {})[rater] = labels
    labels_of = tuple(
        TurnLabels(tuple(votes[turn].values()), {task: _shares(given) for task, given in words[turn].items()})
        for turn in range(len(dialogue.turns))
    )
    domain = str(held.get("topic") or path.stem)
    return Conversation(dialogue.id, path.name, domain, dialogue.turns, labels_of, turns_sha256(dialogue.turns))


def _vote(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not POINTS[0] <= value <= POINTS[-1]:
        raise ValueError(f"a vote is a number from 1 to 5, not {value!r}")
    return float(value)


def _shares(given: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """label -> share of the raters; a rater with several labels is divided among them."""
    shares: dict[str, float] = {}
    for labels in given.values():
        for label in labels:
            shares[label] = shares.get(label, 0.0) + 1.0 / (len(labels) * len(given))
    return shares
