"""What was measured on held-out conversations and travels with the weights: calibration.json of a checkpoint."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scoring.metrics.iq.config import Mode
from scoring.metrics.iq.intervals import Interval
from scoring.metrics.iq.settings import BadSettings, fill

FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """defect_threshold: probability from which on a turn is called a defect (best F1 on held-out conversations)."""

    interval: Interval
    defect_threshold: float


def to_bytes(held: dict[Mode, Calibration]) -> bytes:
    """The file's content."""
    return (json.dumps({mode: asdict(one) for mode, one in held.items()}, indent=1) + "\n").encode()


def read_calibration(folder: Path) -> dict[str, Calibration]:
    """mode -> Calibration. Raises `BadSettings`, OSError, ValueError."""
    held: dict[str, dict[str, Any]] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    found = {}
    for mode, values in held.items():
        if not isinstance(values, dict) or "interval" not in values:
            raise BadSettings(f"{folder / FILE}: {mode} has no interval")
        interval = fill(Interval, values["interval"], f"{folder / FILE}: {mode}")
        found[mode] = fill(Calibration, {**values, "interval": interval}, f"{folder / FILE}: {mode}")
    return found
