"""Outputs as a corpus of candidate responses, to be imported and compared by people in a study.

python -m scoring.conseq.corpus FOLDER OUT.jsonl [--systems fine-tuned conseq-quals] [--with-reference]

Each held-out input becomes one conversation a system: what was said before, and the system's words; all of one input
are alternatives of its first. The source is a section that everybody sees. A document to be summarised has no turns
before: its one turn is the summary. In Evalsite JSONL, which `manage.py import_corpus jsonl` reads (docs/formats.md).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from annotate.importing.jsonl_out import header, to_line
from annotate.importing.records import ConversationRecord, PassageRecord, SectionRecord, TurnRecord
from scoring.conseq.items import Item, read_items
from scoring.conseq.kept import read_lines
from scoring.conseq.steps import HELD_OUT, SYSTEMS

REFERENCE = "person"
SPEAKER = "system"


def records(items: Sequence[Item], texts: Mapping[str, Mapping[str, str]]) -> Iterator[ConversationRecord]:
    """One conversation for each item and system, system by system within an item. texts: system -> id -> words.

    An empty output is left out: nobody could judge it.
    """
    for item in items:
        first: str | None = None
        for system, held in texts.items():
            if not held[item.id].strip():
                continue
            name = f"{item.id}-{system}"
            before = tuple(TurnRecord(turn.speaker, turn.text) for turn in item.context)
            yield ConversationRecord(
                external_id=name,
                turns=(*before, TurnRecord(item.speaker or SPEAKER, held[item.id].strip(), cited=("source",))),
                system=system,
                alternative_of=first,
                sections=(SectionRecord("", "source", "Source", (PassageRecord("source", None, item.source),)),),
                extra={"group": item.group},
            )
            first = first or name


def main(arguments: list[str] | None = None) -> int:
    """0 when written, 2 when a system has no outputs."""
    parser = argparse.ArgumentParser(prog="python -m scoring.conseq.corpus", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS[1:]))
    parser.add_argument("--with-reference", action="store_true", help=f"what people said, as the system {REFERENCE}")
    given = parser.parse_args(arguments)
    items = read_items(given.folder / HELD_OUT)
    texts = {
        system: {key: line["text"] for key, line in read_lines(given.folder / f"outputs.{system}.jsonl").items()}
        for system in given.systems
    }
    for system, held in texts.items():
        missing = [item.id for item in items if item.id not in held]
        if missing:
            print(
                f"{system}: no output for {len(missing)} of {len(items)} inputs; run python -m scoring.conseq",
                file=sys.stderr,
            )
            return 2
    if given.with_reference:
        texts[REFERENCE] = {item.id: item.reference for item in items}
    lines = [header(), *map(to_line, records(items, texts))]
    given.out.write_bytes(b"".join(lines))
    print(f"{len(lines) - 1} conversations in {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
