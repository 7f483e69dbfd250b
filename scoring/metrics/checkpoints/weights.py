"""Tensors of a checkpoint, strictly: every expected tensor, no other, of the expected shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from scoring.metrics.checkpoints.errors import BadCheckpoint, WrongTensors
from scoring.metrics.checkpoints.folder import WEIGHTS, Checkpoint


def read_tensors(checkpoint: Checkpoint, *, dtype: torch.dtype = torch.float32) -> dict[str, torch.Tensor]:
    """All tensors on the CPU; floating ones (stored as fp16) in `dtype`. Raises `BadCheckpoint`."""
    file = checkpoint.folder / WEIGHTS
    try:
        tensors = load_file(file)
    except (SafetensorError, OSError) as error:
        raise BadCheckpoint(f"{file} cannot be read as safetensors: {error}") from error
    return {name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}


def load_into(
    module: torch.nn.Module, checkpoint: Checkpoint, *, expected: Callable[[str], bool] = lambda name: True
) -> None:
    """Fill the tensors of `module` whose name is `expected` (all, by default) from the checkpoint, and no other.

    A module that stands on a backbone expects only its own: `expected=lambda name: "lora_" in name or ...`.
    Raises `WrongTensors` naming every missing, unexpected and misshapen tensor; the module is then unchanged.
    """
    tensors = read_tensors(checkpoint)
    state = {name: tensor for name, tensor in module.state_dict(keep_vars=True).items() if expected(name)}
    require(tensors, {name: tuple(tensor.shape) for name, tensor in state.items()}, where=str(checkpoint.folder))
    with torch.no_grad():
        for name, tensor in state.items():
            tensor.copy_(tensors[name])


def require(tensors: dict[str, torch.Tensor], shapes: dict[str, tuple[int, ...]], *, where: str) -> None:
    """Raises `WrongTensors` unless `tensors` are exactly those of `shapes`."""
    misshapen = [
        f"{name} is {tuple(tensors[name].shape)}, not {shape}"
        for name, shape in shapes.items()
        if name in tensors and tuple(tensors[name].shape) != shape
    ]
    told = [
        _told("missing", shapes.keys() - tensors.keys()),
        _told("unexpected", tensors.keys() - shapes.keys()),
        _told("of another shape", misshapen),
    ]
    if any(told):
        raise WrongTensors(f"{where}: tensors {'; '.join(filter(None, told))}")


def _told(what: str, names: Iterable[str]) -> str:
    shown = sorted(names)
    return f"{what}: {', '.join(shown[:8])}{f' and {len(shown) - 8} more' if len(shown) > 8 else ''}" if shown else ""
