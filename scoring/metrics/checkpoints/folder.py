"""Read a checkpoint folder and check every byte. Standard library only."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from scoring.metrics.checkpoints.errors import (
    BadCheckpoint,
    ChangedBytes,
    MissingConfigKeys,
    UnexpectedFiles,
    UnknownConfigKeys,
    WrongMetric,
)

FORMAT = 1
HEAD = "checkpoint.json"
WEIGHTS = "weights.safetensors"
CARD = "card.md"
GOLDEN = "golden.jsonl"
_FOR_PEOPLE = {CARD, GOLDEN}  # listed and checked, but a typo mended in a card makes no new checkpoint

Config = TypeVar("Config")


@dataclass(frozen=True, slots=True)
class Source:
    """One data set that the weights were made from, and how. `use`: "train", "dev", "calibration"."""

    name: str
    licence: str
    use: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder whose bytes were all checked. `digest` is its identity: metric, config and weights, not the card."""

    folder: Path
    metric: str
    name: str
    config: dict[str, Any]
    files: dict[str, str]
    created: str
    command: str
    data: tuple[Source, ...]
    licence: str
    research_only: bool
    default: bool

    @property
    def digest(self) -> str:
        """Hex sha256 over format, metric, config and the sha256 of every file that can change a score."""
        counting = {file: sha for file, sha in self.files.items() if file not in _FOR_PEOPLE}
        held = {"format": FORMAT, "metric": self.metric, "config": self.config, "files": counting}
        return hashlib.sha256(json.dumps(held, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def short(self) -> str:
        """The first eight digits of the digest: the `ckpt:` field of a signature."""
        return self.digest[:8]

    def config_as(self, kind: type[Config]) -> Config:
        """The config as a dataclass. Raises `UnknownConfigKeys`, `MissingConfigKeys`, `BadCheckpoint`."""
        known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
        unknown = sorted(self.config.keys() - known.keys())
        if unknown:
            raise UnknownConfigKeys(f"{self.folder / HEAD}: unknown config keys: {', '.join(unknown)}")
        needed = [
            name for name, field in known.items() if field.default is MISSING and field.default_factory is MISSING
        ]
        missing = sorted(set(needed) - self.config.keys())
        if missing:
            raise MissingConfigKeys(f"{self.folder / HEAD}: missing config keys: {', '.join(missing)}")
        try:
            return kind(**self.config)
        except (TypeError, ValueError) as error:
            raise BadCheckpoint(f"{self.folder / HEAD}: the config is refused: {error}") from error

    def write_head(self) -> None:
        """Write checkpoint.json."""
        held = {"format": FORMAT, **asdict(self)}
        del held["folder"]
        held["data"] = [asdict(source) for source in self.data]
        text = json.dumps(held, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
        (self.folder / HEAD).write_text(text + "\n", encoding="utf-8")


def read_header(folder: Path) -> Checkpoint:
    """The checkpoint as its checkpoint.json describes it; no other file is looked at. Raises `BadCheckpoint`."""
    return _read_head(folder)


def folder_digest(folder: Path) -> str:
    """The digest that checkpoint.json amounts to, without reading weights. Raises `BadCheckpoint`."""
    return _read_head(folder).digest


def read_card(folder: Path) -> str:
    """The card, Markdown. Raises `BadCheckpoint`."""
    try:
        return (folder / CARD).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadCheckpoint(f"{folder / CARD} cannot be read: {error}") from error


def sha256_of(file: Path) -> str:
    """Hex sha256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read_checkpoint(folder: Path, *, metric: str | None = None) -> Checkpoint:
    """The checkpoint in `folder`, checked against its own list of files (about 0.1 s for 12 MB).

    Raises `BadCheckpoint` or one of its kinds; with `metric`, also when it belongs to another metric.
    """
    checkpoint = _read_head(folder)
    if metric is not None and checkpoint.metric != metric:
        raise WrongMetric(f"{folder} is a checkpoint of {checkpoint.metric!r}, not of {metric!r}.")
    there = {entry.name for entry in folder.iterdir()}
    missing, extra = sorted(checkpoint.files.keys() - there), sorted(there - checkpoint.files.keys() - {HEAD})
    if missing or extra:
        told = [f"missing: {', '.join(missing)}"] * bool(missing) + [f"not listed: {', '.join(extra)}"] * bool(extra)
        raise UnexpectedFiles(f"{folder}: {'; '.join(told)}")
    changed = [file for file, sha in sorted(checkpoint.files.items()) if sha256_of(folder / file) != sha]
    if changed:
        raise ChangedBytes(f"{folder}: the bytes of {', '.join(changed)} are not those that {HEAD} lists.")
    return checkpoint


def _read_head(folder: Path) -> Checkpoint:
    file = folder / HEAD
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadCheckpoint(f"{folder} is not a checkpoint: it has no {HEAD}.") from error
    except (OSError, ValueError) as error:
        raise BadCheckpoint(f"{file} cannot be read: {error}") from error
    wanted: dict[str, type] = {
        **dict.fromkeys(("metric", "name", "created", "command", "licence"), str),
        "config": dict,
        "files": dict,
        "data": list,
        "research_only": bool,
        "default": bool,
    }
    if not isinstance(held, dict) or held.pop("format", None) != FORMAT:
        raise BadCheckpoint(f"{file}: the format must be {FORMAT}.")
    wrong = sorted(key for key, kind in wanted.items() if not isinstance(held.get(key), kind))
    unknown = sorted(held.keys() - wanted.keys())
    if wrong or unknown:
        told = [f"missing or of the wrong type: {', '.join(wrong)}"] * bool(wrong)
        raise BadCheckpoint(f"{file}: {'; '.join([*told, *[f'unknown: {key}' for key in unknown]])}")
    bad_names = sorted(name for name in held["files"] if not plain_name(name))
    if bad_names or WEIGHTS not in held["files"] or CARD not in held["files"]:
        raise BadCheckpoint(f"{file}: files must list {WEIGHTS} and {CARD}, and plain names only ({bad_names}).")
    try:
        data = tuple(Source(**source) for source in held["data"])
    except TypeError as error:
        raise BadCheckpoint(f"{file}: data must list objects with name, licence and use.") from error
    return Checkpoint(folder=folder, **{**held, "data": data})


def plain_name(name: object) -> bool:
    """A file name that stays in its folder and is a kind of data we read."""
    return (
        isinstance(name, str)
        and Path(name).name == name
        and name != HEAD
        and Path(name).suffix in {".safetensors", ".json", ".jsonl", ".md", ".txt"}
    )
