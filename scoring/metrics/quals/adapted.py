"""A causal language model with LoRA adapters: built for training, or filled from a checkpoint and merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peft import LoraConfig, get_peft_model

from scoring.metrics.checkpoints.folder import Checkpoint
from scoring.metrics.checkpoints.weights import load_into

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class QualsConfig:
    """What the weights are an adapter of."""

    backbone: str
    rank: int
    alpha: int


def with_adapters(model: Any, config: QualsConfig) -> Any:
    """The peft model around `model`; only the adapters (fp32) can be trained."""
    return get_peft_model(
        model, LoraConfig(r=config.rank, lora_alpha=config.alpha, target_modules=list(TARGETS), task_type="CAUSAL_LM")
    )


def is_adapter(name: str) -> bool:
    """Whether a tensor of the peft model belongs to the checkpoint."""
    return "lora_" in name


def merged(model: Any, checkpoint: Checkpoint, config: QualsConfig) -> Any:
    """`model` with the adapters of the checkpoint added to its weights. Raises `WrongTensors`."""
    adapted = with_adapters(model, config)
    load_into(adapted, checkpoint, expected=is_adapter)
    return adapted.merge_and_unload().eval()
