"""Where the public sets lie."""

from __future__ import annotations

import os
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[4]


class DataMissing(FileNotFoundError):
    """A folder or file of a set is not there; the message says where it was looked for."""


def data_folder() -> Path:
    """`$EVALSITE_DATA`, by default `../shared/data` beside the project. Raises `DataMissing`."""
    folder = Path(os.environ.get("EVALSITE_DATA") or _PROJECT.parent / "shared" / "data")
    if not folder.is_dir():
        raise DataMissing(f"There is no data folder {folder} (set EVALSITE_DATA to say where the public sets are).")
    return folder


def source_file(folder: Path, *parts: str) -> Path:
    """A file below the data folder. Raises `DataMissing`."""
    file = folder.joinpath(*parts)
    if not file.exists():
        raise DataMissing(f"{file} is not there.")
    return file
