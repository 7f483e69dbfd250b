"""The file that a training run is described by: TOML or JSON, unknown keys are errors."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from scoring.metrics.iq.config import Mode, ModelConfig
from scoring.metrics.iq.loop import Schedule


class BadSettings(ValueError):
    """A settings file that cannot be used; the message says which key and why."""


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """One fine-tuning run.

    name: of the checkpoint. train: sets with votes (names of corpora, or .jsonl files). auxiliary: further sets that
        only teach auxiliary tasks -> percent of their conversations. leave_out: a domain whose conversations are not
        trained on. percent: of the training conversations whose votes are used. init: folder of a pre-training stage.
    licences: file -> its licence in words; "none stated" makes the weights research only.
    measure_every: epochs between two measurements on the tune part; the last epoch is always measured.
    train_bias: whether the bias per distance in turns is trained (slower, see attention.py).
    tasks: auxiliary tasks. min_count: a label seen on fewer turns is no class. modes: read-outs that are trained.
    split_held_out: keep dev and tune parts of every set out (always so for the public sets).
    """

    name: str
    out: str
    train: tuple[str, ...]
    model: ModelConfig = field(default_factory=ModelConfig)
    schedule: Schedule = field(default_factory=Schedule)
    auxiliary: dict[str, float] = field(default_factory=dict)
    leave_out: str | None = None
    percent: float = 100.0
    init: str | None = None
    tasks: tuple[str, ...] = ()
    min_count: int = 100
    modes: tuple[Mode, ...] = ("online", "retrospective")
    licences: dict[str, str] = field(default_factory=dict)
    train_bias: bool = False
    micro_tokens: int = 2400
    step_tokens: int = 4800
    role_dropout: float = 0.15
    measure_every: int = 1
    seed: int = 0
    device: str = "cpu"
    autocast: bool = True
    threads: int | None = None


def read_settings(file: Path) -> TrainSettings:
    """Raises `BadSettings`, OSError."""
    return settings_from(load_document(file), str(file))


def load_document(file: Path) -> dict[str, Any]:
    """A TOML or JSON document. Raises `BadSettings`, OSError."""
    try:
        text = file.read_text(encoding="utf-8")
        held = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise BadSettings(f"{file} is neither TOML (.toml) nor JSON: {error}") from error
    if not isinstance(held, dict):
        raise BadSettings(f"{file} must hold a table")
    return held


def settings_from(held: dict[str, Any], where: str = "settings") -> TrainSettings:
    """Settings from plain values. Raises `BadSettings`."""
    values = dict(held)
    if "model" in values:
        values["model"] = fill(ModelConfig, values["model"], f"{where}: model")
    if "schedule" in values:
        values["schedule"] = fill(Schedule, values["schedule"], f"{where}: schedule")
    for name in ("train", "tasks", "modes"):
        if name in values:
            values[name] = tuple(values[name])
    made: TrainSettings = fill(TrainSettings, values, where)
    if not made.train or not 0 < made.percent <= 100:
        raise BadSettings(f"{where}: `train` names at least one set, and `percent` is above 0 and at most 100")
    return made


def fill(kind: type[Any], held: dict[str, Any], where: str) -> Any:
    """A dataclass from a table; unknown and missing keys are errors."""
    unknown = sorted(held.keys() - {one.name for one in fields(kind)})
    if unknown:
        raise BadSettings(f"{where}: unknown keys: {', '.join(unknown)}")
    try:
        return kind(**held)
    except (TypeError, ValueError) as error:
        raise BadSettings(f"{where}: {error}") from error


def as_json(settings: TrainSettings) -> dict[str, Any]:
    """Plain values, to be written beside what was trained."""
    return asdict(settings)
