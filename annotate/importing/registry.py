"""Which formats can be imported: name -> "module:function", and what a form says of them."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.importing.collector import paused_collector
from annotate.importing.dimensions import DimensionSpec
from annotate.importing.records import ConversationRecord

Reader = Callable[[Iterable[tuple[str, bytes]]], list[ConversationRecord]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format in words. `licence` is that of the published set of this format, where there is one.

    `dimensions` names what the format brings beyond the shipped dimensions: a tuple, or a function of the files.
    """

    name: str
    label: str
    reader: str
    files: str
    licence: str = ""
    dimensions: str = ""


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format(
            "topical_chat",
            "Topical-Chat",
            "annotate.importing.topical_chat:read",
            "conversations/*.json with reading_sets/*.json, wiki.json and entity_to_topic.json, all at once",
            "CDLA-Sharing 1.0; wiki texts CC BY-SA 3.0",
        ),
        Format(
            "jsonl",
            "Evalsite JSONL",
            "annotate.importing.jsonl:read",
            "one or more .jsonl files (docs/formats.md)",
            dimensions="annotate.importing.jsonl:dimensions",
        ),
        Format(
            "uss", "USS (user satisfaction)", "annotate.importing.uss:read", "SGD.txt, MWOZ.txt, ...", "none stated"
        ),
        Format("usr", "USR (six responses)", "annotate.importing.usr:read", "usr_topical_chat.json", "none stated"),
        Format(
            "fed",
            "FED (turns and dialogues)",
            "annotate.importing.fed:read",
            "fed_data.json",
            "none stated",
            "annotate.importing.fed:DIMENSIONS",
        ),
        Format(
            "dbdc3",
            "DBDC3 (dialogue breakdown)",
            "annotate.importing.dbdc3:read",
            "one or more .jsonl files, a dialogue a line",
            "MIT",
            "annotate.importing.dbdc3:DIMENSIONS",
        ),
    )
}


class UnknownFormat(LookupError):
    """There is no format of this name; the message lists those that exist."""


def reader(name: str) -> Reader:
    """The function that reads a format. Raises UnknownFormat."""
    if name not in FORMATS:
        raise UnknownFormat(f"there is no format {name!r}; known: {', '.join(FORMATS)}")
    read: Reader = _named(FORMATS[name].reader)

    @functools.wraps(read)
    def read_faster(files: Iterable[tuple[str, bytes]]) -> list[ConversationRecord]:
        with paused_collector():
            return read(files)

    return read_faster


def dimensions(name: str, files: Sequence[tuple[str, bytes]]) -> list[tuple[int, DimensionSpec]]:
    """What the files define beyond the shipped dimensions, with their version numbers. Raises BadFile."""
    reader(name)
    if not FORMATS[name].dimensions:
        return []
    found = _named(FORMATS[name].dimensions)
    return list(found(files)) if callable(found) else [(1, spec) for spec in found]


def _named(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)
