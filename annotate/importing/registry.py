"""Which formats can be imported: name -> "module:function", and what a form says of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from annotate.importing.records import ConversationRecord

Reader = Callable[[Iterable[tuple[str, bytes]]], list[ConversationRecord]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format in words. `licence` is that of the published set of this format, where there is one."""

    name: str
    label: str
    reader: str
    files: str
    licence: str = ""


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
            "jsonl", "Evalsite JSONL", "annotate.importing.jsonl:read", "one or more .jsonl files (docs/formats.md)"
        ),
        Format(
            "uss", "USS (user satisfaction)", "annotate.importing.uss:read", "SGD.txt, MWOZ.txt, ...", "none stated"
        ),
        Format("usr", "USR (six responses)", "annotate.importing.usr:read", "usr_topical_chat.json", "none stated"),
    )
}


class UnknownFormat(LookupError):
    """There is no format of this name; the message lists those that exist."""


def reader(name: str) -> Reader:
    """The function that reads a format. Raises UnknownFormat."""
    if name not in FORMATS:
        raise UnknownFormat(f"there is no format {name!r}; known: {', '.join(FORMATS)}")
    module, _, function = FORMATS[name].reader.partition(":")
    found: Reader = getattr(importlib.import_module(module), function)
    return found
