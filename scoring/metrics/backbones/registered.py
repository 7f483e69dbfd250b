"""Backbones that an operator has put on this machine: by local folder, or by Hugging Face name already in its cache.

The list is a JSON file: `EVALSITE_BACKBONES`, or `registered.json` beside the pinned backbones.

    {"roberta-base": {"folder": "/models/roberta-base"},
     "bart": {"hub": "facebook/bart-large", "revision": "cb48c1365bd826bd521f650dc2e0940aee54720c"}}

Weights must be safetensors, code inside a model folder is never run, and nothing is downloaded.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from scoring.metrics.api import Unavailable


@dataclass(frozen=True, slots=True)
class Registered:
    """One line of the operator's list; exactly one of `folder` and `hub` is given."""

    name: str
    folder: Path | None = None
    hub: str | None = None
    revision: str | None = None


def list_file(root: Path) -> Path:
    """Where the operator's list is looked for."""
    given = os.environ.get("EVALSITE_BACKBONES")
    return Path(given).expanduser() if given else root / "registered.json"


def registered(root: Path) -> dict[str, Registered]:
    """The operator's backbones by name; {} when there is no list. Raises `Unavailable` for a list that is wrong."""
    file = list_file(root)
    if not file.exists():
        if os.environ.get("EVALSITE_BACKBONES"):
            raise Unavailable(f"EVALSITE_BACKBONES names {file}, which does not exist.")
        return {}
    try:
        listed = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unavailable(f"The list of backbones {file} cannot be read: {error}") from error
    if not isinstance(listed, dict):
        raise Unavailable(f'The list of backbones {file} must be a JSON object: {{"name": {{"folder": "..."}}}}')
    return {name: _entry(name, entry, file) for name, entry in listed.items()}


def _entry(name: str, entry: object, file: Path) -> Registered:
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise Unavailable(f"{file}: the entry of {name!r} must be an object of strings.")
    unknown = sorted(entry.keys() - {"folder", "hub", "revision"})
    if unknown:
        raise Unavailable(f"{file}: {name!r} has unknown keys: {', '.join(unknown)}. Known: folder, hub, revision.")
    if ("folder" in entry) == ("hub" in entry):
        raise Unavailable(f"{file}: {name!r} needs either a folder or a hub name.")
    folder = Path(entry["folder"]).expanduser() if "folder" in entry else None
    return Registered(name=name, folder=folder, hub=entry.get("hub"), revision=entry.get("revision"))


def locate(entry: Registered) -> Path:
    """The folder of a registered backbone, from disk only. Raises `Unavailable`."""
    if entry.folder is not None:
        if not (entry.folder / "config.json").is_file():
            raise Unavailable(f"The registered backbone {entry.name!r} has no config.json in {entry.folder}.")
        return entry.folder
    # Deferred: huggingface_hub belongs to the model extra, which the web part does not have.
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise Unavailable(
            f"{entry.name!r} is a hub name, and the model extra (pip install '.[model]') is missing."
        ) from error
    assert entry.hub is not None
    try:
        return Path(snapshot_download(entry.hub, revision=entry.revision, local_files_only=True))
    except (OSError, ValueError) as error:
        raise Unavailable(
            f"The registered backbone {entry.name!r} ({entry.hub}) is not in this machine's Hugging Face cache. "
            f"Copy it there, or register a local folder. ({type(error).__name__})"
        ) from error
