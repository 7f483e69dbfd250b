"""What is measured on: conversations with human ratings that no weight and no choice has seen.

python -m scoring.metrics.iq.results.items SET OUT.jsonl [--part dev|tune]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scoring.metrics.iq.corpora import Conversation, data_folder, read
from scoring.metrics.iq.splits import select
from scoring.metrics.lines import unparse

USS = ("uss-sgd", "uss-mwoz", "uss-redial")
SETS = ("uss", "topical-chat", "fed")


def items(name: str, folder: Path, part: str = "dev") -> list[Conversation]:
    """The conversations of a set. Raises LookupError for an unknown one."""
    if name == "uss":
        return [one for corpus in USS for one in select(read(corpus, folder), "tune" if part == "tune" else "dev")]
    if name == "topical-chat":
        return read("topical-chat-test_freq", folder)
    if name == "fed":
        return [one for one in read("fed", folder) if one.rated]
    raise LookupError(f"There is no set called {name!r}. Known: {', '.join(SETS)}.")


def main(arguments: list[str] | None = None) -> int:
    """0 when written."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.iq.results.items", description=__doc__)
    parser.add_argument("set", choices=SETS)
    parser.add_argument("target", type=Path)
    parser.add_argument("--part", choices=("dev", "tune"), default="dev", help="of uss")
    given = parser.parse_args(arguments)
    with given.target.open("w", encoding="utf-8") as opened:
        for conversation in items(given.set, data_folder(), given.part):
            opened.write(json.dumps(unparse(conversation.dialogue), ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
