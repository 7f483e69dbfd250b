"""Known answers, one JSON object a line (docs/gold.md). What the campaign asks is checked by `add_gold`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from annotate.importing.problems import Problems, decoded, parsed

FIELDS = ("conversation", "turn", "question", "accept", "why", "say", "for")
LINES_AT_MOST = 5000
PURPOSES = ("gold", "training")
_WORDS_AT_MOST = 4000


@dataclass(frozen=True, slots=True)
class GoldLine:
    """One known answer as it was given. `where`: the line, for messages. turn: from 0; None: the conversation."""

    where: str
    conversation: str
    turn: int | None
    question: str
    accept: Any
    why: str = ""
    say: str = ""
    purpose: str = "gold"


def read_gold(name: str, content: bytes, problems: Problems) -> list[GoldLine]:
    """The lines that are right in themselves, in order; every problem of the others is noted."""
    text = decoded(name, content, problems)
    lines = (text or "").split("\n")
    if len(lines) > LINES_AT_MOST + 1:
        problems.add(name, "-", f"has {len(lines):,} lines; {LINES_AT_MOST:,} at most")
        return []
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        raw = parsed(line, where, problems, one_line=True)
        if raw is not None and problems.of_type(raw, dict, where, "-"):
            read = gold_line(raw, where, problems)
            if read is not None:
                found.append(read)
    if not found and not problems.found:
        problems.add(name, "-", "holds no known answer")
    return found


def gold_line(raw: Mapping[str, Any], where: str, problems: Problems) -> GoldLine | None:
    """One object; None where something is wrong with it."""
    before = problems.count
    problems.only_keys(raw, FIELDS, where)
    for field in ("conversation", "question", "accept"):
        if field not in raw:
            problems.add(where, field, "is missing")
    conversation = problems.word(raw.get("conversation", ""), 200, where, "conversation")
    question = problems.word(raw.get("question", ""), 64, where, "question")
    turn = raw.get("turn")
    if turn is not None and problems.of_type(turn, int, where, "turn") and turn < 0:
        problems.add(where, "turn", "counts from 0")
    why = problems.word(raw.get("why", ""), _WORDS_AT_MOST, where, "why").strip()
    say = problems.word(raw.get("say", ""), _WORDS_AT_MOST, where, "say").strip()
    if say and turn is None:
        problems.add(where, "say", "stands with a turn: give one")
    purpose = raw.get("for", "gold")
    problems.one_of(purpose, PURPOSES, where, "for")
    accept = _accept(raw["accept"], where, problems) if "accept" in raw else None
    if problems.count > before:
        return None
    return GoldLine(where, conversation, turn, question, accept, why, say, purpose)


def _accept(raw: Any, where: str, problems: Problems) -> Any:
    """A list that is not empty, or {"from", "to"} in order; a single value stands for a list of it."""
    if isinstance(raw, Mapping):
        problems.only_keys(raw, ("from", "to"), where)
        ends = [raw.get("from"), raw.get("to")]
        for end, field in zip(ends, ("accept.from", "accept.to"), strict=True):
            if not isinstance(end, int | float) or isinstance(end, bool) or not isfinite(end):
                problems.add(where, field, "must be a number")
                return None
        if ends[0] > ends[1]:  # type: ignore[operator]  # numbers: looked at above
            problems.add(where, "accept", f"from {ends[0]} to {ends[1]} holds no number")
        return dict(raw)
    if isinstance(raw, str | int | float) and not isinstance(raw, bool):
        raw = [raw]
    if not isinstance(raw, list) or not raw:
        problems.add(where, "accept", "must be a list of answers, or an object with from and to")
        return None
    problems.clean(raw, where, "accept")
    return raw


def accept_from_words(text: str) -> Any:
    """What a person types into the form: "4, 5", "1-2", "FS1+FS2, FS3", "no claim".

    >>> accept_from_words("4, 5"), accept_from_words("1 - 2.5"), accept_from_words("FS1+FS2, FS3")
    ([4.0, 5.0], {'from': 1.0, 'to': 2.5}, [['FS1', 'FS2'], 'FS3'])
    """
    low, dash, high = text.partition("-")
    if dash and _number(low) is not None and _number(high) is not None:
        return {"from": _number(low), "to": _number(high)}
    return [_one(part.strip()) for part in text.split(",") if part.strip()]


def _one(part: str) -> float | str | list[str]:
    number = _number(part)
    if number is not None:
        return number
    return [one.strip() for one in part.split("+")] if "+" in part else part


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None
