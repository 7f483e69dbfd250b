"""Input lines of files (command line, golden examples) as examples, and back. Standard library only.

A dialogue line:  {"id": "d1", "turns": [{"speaker": "A", "text": "Hello", "at": 0.0}, ...]}       (`at` is optional)
A grounded line:  {"id": "g1", "source": "..." or null, "text": "...", "context": [turns]}     (`context` is optional)

Other keys are allowed and ignored, so that a file with more in it needs no copy.
"""

from __future__ import annotations

import json
import math
from typing import Any

from scoring.metrics.api import Dialogue, DialogueTurn, Example, Grounded, Reads


class BadLine(ValueError):
    """A line that cannot be scored. `problems` holds (field, what is wrong), all of them."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{field}: {what}" for field, what in problems))


def parse_line(line: str | bytes, reads: Reads) -> Example:
    """One line of JSON as an example. Raises `BadLine` with every problem of the line."""
    try:
        held = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine([("line", f"is not JSON ({error})")]) from error
    return parse(held, reads)


def parse(held: object, reads: Reads) -> Example:
    """A decoded line as an example. Raises `BadLine` with every problem of the line."""
    if not isinstance(held, dict):
        raise BadLine([("line", "must be a JSON object")])
    problems: list[tuple[str, str]] = []
    identifier = held.get("id")
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
        problems.append(("id", "must be a non-empty string or a whole number" if "id" in held else "is missing"))
    example: Example
    if reads == "dialogue":
        if "turns" not in held:
            problems.append(("turns", "is missing"))
        example = Dialogue(str(identifier), _turns(held.get("turns", []), "turns", problems))
    else:
        source = held.get("source")
        if "source" not in held:
            problems.append(("source", "is missing (null where the knowledge is not known)"))
        elif source is not None and not isinstance(source, str):
            problems.append(("source", "must be a string or null"))
        context = _turns(held.get("context", []), "context", problems)
        example = Grounded(str(identifier), source, _string(held, "text", "text", problems), context)
    if problems:
        raise BadLine(problems)
    return example


def unparse(example: Example) -> dict[str, Any]:
    """The JSON object that `parse` reads back into an equal example."""
    if isinstance(example, Dialogue):
        return {"id": example.id, "turns": [_turn_json(turn) for turn in example.turns]}
    held: dict[str, Any] = {"id": example.id, "source": example.source, "text": example.text}
    if example.context:
        held["context"] = [_turn_json(turn) for turn in example.context]
    return held


def _turn_json(turn: DialogueTurn) -> dict[str, Any]:
    held: dict[str, Any] = {"speaker": turn.speaker, "text": turn.text}
    return held if turn.at is None else {**held, "at": turn.at}


def _turns(held: object, field: str, problems: list[tuple[str, str]]) -> tuple[DialogueTurn, ...]:
    if not isinstance(held, list):
        problems.append((field, "must be a list of turns"))
        return ()
    return tuple(_turn(turn, f"{field}[{index}]", problems) for index, turn in enumerate(held))


def _turn(held: object, field: str, problems: list[tuple[str, str]]) -> DialogueTurn:
    if not isinstance(held, dict):
        problems.append((field, 'must be an object {"speaker", "text"}'))
        return DialogueTurn("", "")
    at = held.get("at")
    if at is not None and (isinstance(at, bool) or not isinstance(at, int | float) or not math.isfinite(at)):
        problems.append((f"{field}.at", "must be a number of seconds"))
        at = None
    speaker = _string(held, "speaker", f"{field}.speaker", problems)
    return DialogueTurn(speaker, _string(held, "text", f"{field}.text", problems), at)


def _string(held: dict[str, Any], key: str, field: str, problems: list[tuple[str, str]]) -> str:
    value = held.get(key)
    if isinstance(value, str):
        return value
    problems.append((field, "must be a string" if key in held else "is missing"))
    return ""
