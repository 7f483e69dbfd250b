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


def with_adapters(model: Any, config: AdapterConfig, *, targets: tuple[str, ...] | None = None) -> Any:
    """The peft model around `model`; only the adapters (fp32) can be trained.

    targets: names of the layers that get one. None: those of a Llama where `model` has them, else every linear layer
    but the output (BART, T5).
    """
    task = None
    if targets is None:
        task = "SEQ_2_SEQ_LM" if model.config.is_encoder_decoder else "CAUSAL_LM"
        names = {name.rpartition(".")[2] for name, _ in model.named_modules()}
        targets = LLAMA if names.issuperset(LLAMA) else None
    return get_peft_model(
        model,
        LoraConfig(
            r=config.rank,
            lora_alpha=config.alpha,
            target_modules="all-linear" if targets is None else list(targets),
            task_type=task,
        ),
    )


def quick_to_train(model: Any, device: str) -> None:
    """Plain attention on a CPU: the fused one of torch is slower to train with there (measured in bf16: 10 to 35 %)."""
    model.set_attn_implementation("eager" if device == "cpu" else "sdpa")


def is_adapter(name: str) -> bool:
    """Whether a tensor of the peft model belongs to the checkpoint."""
    return "lora_" in name


def merged(model: Any, checkpoint: Checkpoint, config: AdapterConfig) -> Any:
    """`model` with the adapters of the checkpoint added to its weights. Raises `WrongTensors`."""
    adapted = with_adapters(model, config)
    load_into(adapted, checkpoint, expected=is_adapter)
    return adapted.merge_and_unload().eval()
