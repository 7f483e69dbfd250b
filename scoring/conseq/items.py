"""What a generator is trained and measured on: a source, what was said so far, and what a person answered or wrote.

One JSON line an item, the grounded line of the metrics (`scoring.metrics.lines`) with a group:

    {"id": "c1-4", "group": "c1", "source": "...", "text": "the reference", "context": [{"speaker", "text"}, ...]}

An item with a context is a dialogue turn to be spoken, one without is a document to be summarised.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scoring.metrics.api import DialogueTurn, Grounded
from scoring.metrics.lines import BadLine, parse, unparse


class BadItems(ValueError):
    """A file of items that cannot be used; the message lists what is wrong with it, line by line."""


@dataclass(frozen=True, slots=True)
class Item:
    """group: items of one conversation or document; whole groups are drawn for intervals.

    speaker: who speaks next, in a dialogue. reference: what a person said or wrote.
    """

    id: str
    group: str
    source: str
    reference: str
    context: tuple[DialogueTurn, ...] = ()
    speaker: str = ""

    def with_text(self, text: str) -> Grounded:
        """What a metric reads when it scores a text as the answer to this item."""
        return Grounded(self.id, self.source, text, self.context)


def read_items(file: Path) -> list[Item]:
    """All items of a file. Raises `BadItems` with every problem: not JSON, a missing field, no source, an id twice."""
    found: list[Item] = []
    problems: list[str] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(_item(line))
        except BadLine as bad:
            problems += [f"line {number}: {field}: {what}" for field, what in bad.problems]
    seen: set[str] = set()
    for item in found:
        if item.id in seen:
            problems.append(f"id {item.id!r} comes twice")
        seen.add(item.id)
    if problems or not found:
        raise BadItems(f"{file}: " + ("; ".join(problems[:20]) or "holds no item"))
    return found


def write_items(items: Iterable[Item], file: Path) -> None:
    """The file that `read_items` reads back."""
    lines = []
    for item in items:
        held = unparse(item.with_text(item.reference)) | {"group": item.group}
        lines.append(json.dumps(held | ({"speaker": item.speaker} if item.speaker else {}), ensure_ascii=False) + "\n")
    file.write_text("".join(lines), encoding="utf-8")


def _item(line: str) -> Item:
    try:
        held = json.loads(line)
    except ValueError as error:
        raise BadLine([("line", f"is not JSON ({error})")]) from error
    example = parse(held, "grounded")
    assert isinstance(example, Grounded)
    problems = [
        (field, "is empty")
        for field, text in (("source", example.source), ("text", example.text))
        if not (text and text.strip())
    ]
    problems += [(key, "must be a string") for key in ("group", "speaker") if not isinstance(held.get(key, ""), str)]
    if problems or example.source is None:
        raise BadLine(problems)
    return Item(
        example.id,
        held.get("group") or example.id,
        example.source,
        example.text.strip(),
        example.context,
        held.get("speaker", ""),
    )
