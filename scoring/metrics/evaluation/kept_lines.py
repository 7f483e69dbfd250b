"""Results of long work, a JSON line each, written as soon as they are there: a second run goes on where one stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class KeptLines:
    """What a file of JSON lines holds, and what is added to it. One process writes a file at a time.

    A last line that a killed process left unfinished is cut off. Raises ValueError for any other line that is no JSON.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        held = file.read_bytes() if file.exists() else b""
        whole = held[: held.rfind(b"\n") + 1]
        if whole != held:
            with file.open("r+b") as opened:
                opened.truncate(len(whole))
        self.lines: list[Any] = [json.loads(line) for line in whole.splitlines()]

    def add(self, *lines: Any) -> None:
        """Append, in one write."""
        with self._file.open("a", encoding="utf-8") as opened:
            opened.write("".join(json.dumps(line) + "\n" for line in lines))
        self.lines += lines
