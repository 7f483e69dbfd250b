"""A backbone with LoRA adapters: built for training, or filled from a checkpoint and merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peft import LoraConfig, get_peft_model

from scoring.metrics.checkpoints.folder import Checkpoint
from scoring.metrics.checkpoints.weights import load_into

LLAMA = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
BERT = ("query", "key", "value", "dense")


@dataclass(frozen=True, slots=True)
class AdapterConfig:
    """What the weights are an adapter of."""

    backbone: str
    rank: int
    alpha: int


def with_adapters(model: Any, config: AdapterConfig, *, targets: tuple[str, ...] = LLAMA) -> Any:
    """The peft model around `model`; only the adapters (fp32) can be trained."""
    task = "CAUSAL_LM" if targets == LLAMA else None
    return get_peft_model(
        model, LoraConfig(r=config.rank, lora_alpha=config.alpha, target_modules=list(targets), task_type=task)
    )


def is_adapter(name: str) -> bool:
    """Whether a tensor of the peft model belongs to the checkpoint."""
    return "lora_" in name


def merged(model: Any, checkpoint: Checkpoint, config: AdapterConfig) -> Any:
    """`model` with the adapters of the checkpoint added to its weights. Raises `WrongTensors`."""
    adapted = with_adapters(model, config)
    load_into(adapted, checkpoint, expected=is_adapter)
    return adapted.merge_and_unload().eval()
