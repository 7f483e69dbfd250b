"""The checkpoints that come with the project, and which of them a metric uses when nobody names one."""

from __future__ import annotations

import json
from pathlib import Path

from scoring.metrics.checkpoints.errors import BadCheckpoint
from scoring.metrics.checkpoints.folder import HEAD

CHECKPOINTS = Path(__file__).resolve().parents[2] / "checkpoints"


def shipped(metric: str, *, within: Path | None = None) -> list[Path]:
    """Folders `<metric>-*` that hold a checkpoint.json, by name. Reads no weights."""
    root = CHECKPOINTS if within is None else within
    return sorted(head.parent for head in root.glob(f"{metric}-*/{HEAD}"))


def default_checkpoint(metric: str, *, within: Path | None = None) -> Path | None:
    """The folder whose checkpoint.json says `"default": true`; None where the metric has none.

    Raises `BadCheckpoint` when two say so, since the answer would be a matter of luck.
    """
    chosen = [folder for folder in shipped(metric, within=within) if _is_default(folder)]
    if len(chosen) > 1:
        raise BadCheckpoint(f"Several checkpoints of {metric} are marked default: {', '.join(f.name for f in chosen)}.")
    return chosen[0] if chosen else None


def _is_default(folder: Path) -> bool:
    try:
        held = json.loads((folder / HEAD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadCheckpoint(f"{folder / HEAD} cannot be read: {error}") from error
    return isinstance(held, dict) and held.get("default") is True
