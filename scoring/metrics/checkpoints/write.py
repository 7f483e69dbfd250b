"""Write a checkpoint folder: beside its place first, then renamed into it, so that a half-written one is never read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from scoring.metrics.api import Example, Metric
from scoring.metrics.checkpoints.errors import BadCheckpoint
from scoring.metrics.checkpoints.folder import (
    CARD,
    GOLDEN,
    WEIGHTS,
    Checkpoint,
    Source,
    plain_name,
    read_checkpoint,
    sha256_of,
)
from scoring.metrics.checkpoints.golden import golden_lines


def write_checkpoint(
    folder: Path,
    *,
    metric: str,
    name: str,
    config: Mapping[str, Any],
    tensors: Mapping[str, torch.Tensor],
    card: str,
    command: str,
    data: Sequence[Source],
    licence: str,
    research_only: bool = False,
    default: bool = False,
    created: datetime | None = None,
    more: Mapping[str, bytes] | None = None,
) -> Checkpoint:
    """Write everything but the golden examples (add them with `add_golden`), replacing `folder` if it exists.

    Floating tensors are stored as fp16; one that does not fit (not finite in fp16) is a ValueError.
    config: JSON values only. more: further data files, file name -> bytes.
    """
    extra = dict(more or {})
    refused = [file for file in extra if not plain_name(file) or file in {WEIGHTS, CARD, GOLDEN}]
    if refused:
        raise ValueError(f"not a name for a further file: {', '.join(refused)}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
        made = Path(temporary) / folder.name
        made.mkdir()
        save_file({key: _stored(key, tensor) for key, tensor in tensors.items()}, made / WEIGHTS)
        (made / WEIGHTS).chmod(0o644)  # safetensors makes it private; it goes into git
        (made / CARD).write_text(card, encoding="utf-8")
        for file, content in extra.items():
            (made / file).write_bytes(content)
        Checkpoint(
            folder=made,
            metric=metric,
            name=name,
            config=dict(config),
            files={file.name: sha256_of(file) for file in sorted(made.iterdir())},
            created=(created or datetime.now(UTC)).isoformat(timespec="seconds"),
            command=command,
            data=tuple(data),
            licence=licence,
            research_only=research_only,
            default=default,
        ).write_head()
        read_checkpoint(made, metric=metric)
        if folder.exists():
            folder.rename(Path(temporary) / "old")
        made.rename(folder)
    return read_checkpoint(folder, metric=metric)


def add_golden(folder: Path, metric: Metric, examples: Sequence[Example], *, tolerance: float) -> Checkpoint:
    """Score `examples` with `metric` (loaded from `folder`) and keep the values as the golden ones.

    tolerance: largest difference allowed later; leave room for another processor (fp32 about 1e-3, bf16 more).
    """
    if not examples:
        raise ValueError("golden examples are needed, at least one")
    checkpoint = read_checkpoint(folder, metric=metric.name)
    lines = golden_lines(metric, examples, tolerance=tolerance)
    (folder / GOLDEN).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    checkpoint.files[GOLDEN] = sha256_of(folder / GOLDEN)
    checkpoint.write_head()
    return read_checkpoint(folder, metric=metric.name)


def replace_card(folder: Path, card: str) -> Checkpoint:
    """Mend the card; the digest stays."""
    checkpoint = read_checkpoint(folder)
    (folder / CARD).write_text(card, encoding="utf-8")
    checkpoint.files[CARD] = sha256_of(folder / CARD)
    checkpoint.write_head()
    return read_checkpoint(folder)


def remove_checkpoint(folder: Path) -> None:
    """Delete a checkpoint folder; refuses a folder that is none."""
    if not (folder / "checkpoint.json").is_file():
        raise BadCheckpoint(f"{folder} is not a checkpoint; nothing was removed.")
    shutil.rmtree(folder)


def _stored(name: str, tensor: torch.Tensor) -> torch.Tensor:
    held = tensor.detach().cpu().contiguous().clone()
    if not held.is_floating_point():
        return held
    half = held.to(torch.float16)
    if not bool(torch.isfinite(half).all()):
        raise ValueError(f"tensor {name!r} does not fit into fp16 (largest {held.abs().max().item():.3g})")
    return half
