"""Work on many items whose results are kept in a file, a JSON line an item: done once, gone on with after a stop."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scoring.conseq.items import Item
from scoring.metrics.evaluation.kept_lines import KeptLines

Line = dict[str, Any]


def read_lines(file: Path) -> dict[str, Line]:
    """id -> line; {} where there is no file. A last line that was cut short by a kill is left out."""
    found: dict[str, Line] = {}
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                held = json.loads(line)
            except ValueError:
                continue
            found[held["id"]] = held
    return found


def each_once(
    file: Path, items: Sequence[Item], work: Callable[[Sequence[Item]], Sequence[Line]], *, at_once: int
) -> dict[str, Line]:
    """id -> line of all items; `work` sees those that are not in the file, `at_once` at a time. Prints what is left."""
    kept = KeptLines(file)
    done: dict[str, Line] = {line["id"]: line for line in kept.lines}
    missing = [item for item in items if item.id not in done]
    begun = time.monotonic()
    for first in range(0, len(missing), at_once):
        some = missing[first : first + at_once]
        for item, line in zip(some, work(some), strict=True):
            done[item.id] = {"id": item.id, **line}
        kept.add(*(done[item.id] for item in some))
        count = first + len(some)
        left = (time.monotonic() - begun) / count * (len(missing) - count)
        print(f"{file.name}: {count} of {len(missing)}, {left:.0f} s left", flush=True)
    return {item.id: done[item.id] for item in items}
