"""Backbones as torch modules. Offline, safetensors only, no code from a model folder, no missing tensor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)
from transformers.utils import logging as transformers_logging

from scoring.metrics.api import Unavailable
from scoring.metrics.backbones.folders import path

DTYPES: dict[str, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def load_encoder(name: str, *, device: str = "cpu", dtype: str = "fp32") -> PreTrainedModel:
    """An encoder in eval mode: `model(input_ids, attention_mask).last_hidden_state` is (batch, length, width).

    A pooler that the weights do not have is removed, never left random. Raises `Unavailable`.
    """
    return _load(AutoModel, name, device, dtype)


def load_causal_lm(name: str, *, device: str = "cpu", dtype: str = "fp32") -> PreTrainedModel:
    """A causal language model in eval mode: `.model(ids, mask)` then `.lm_head`. Raises `Unavailable`."""
    return _load(AutoModelForCausalLM, name, device, dtype)


def load_language_model(name: str, *, device: str = "cpu", dtype: str = "fp32") -> PreTrainedModel:
    """A causal language model, or an encoder with a decoder where the backbone has both. Raises `Unavailable`."""
    config = AutoConfig.from_pretrained(path(name), local_files_only=True, trust_remote_code=False)
    return _load(AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM, name, device, dtype)


def load_tokenizer(name: str) -> PreTrainedTokenizerFast:
    """The fast tokenizer of a backbone (offsets are needed for evidence). Raises `Unavailable`."""
    tokenizer = AutoTokenizer.from_pretrained(path(name), local_files_only=True, trust_remote_code=False)
    if not tokenizer.is_fast:
        raise Unavailable(f"The backbone {name} has no fast tokenizer (tokenizer.json), so tokens have no offsets.")
    tokenizer.model_max_length = int(1e9)  # each metric has its own stated limit; no warning about the model's
    return tokenizer  # type: ignore[return-value]


def check_device(device: str) -> None:
    """Raises `Unavailable` when this process cannot compute on the device that was asked for."""
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise Unavailable(f"The device {device!r} cannot be used here: {str(error).splitlines()[0]}") from error


def _load(kind: Any, name: str, device: str, dtype: str) -> PreTrainedModel:
    if dtype not in DTYPES:
        raise ValueError(f"unknown dtype {dtype!r}; known: {', '.join(DTYPES)}")
    folder = path(name)
    check_device(device)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model, info = kind.from_pretrained(
            folder,
            dtype=DTYPES[dtype],
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError) as error:
        raise Unavailable(f"The backbone {name} in {folder} cannot be loaded: {error}") from error
    _refuse_random_weights(model, info, name, folder)
    model.requires_grad_(False)
    return model.eval().to(device)  # type: ignore[no-any-return]


def _refuse_random_weights(model: Any, info: dict[str, Any], name: str, folder: Path) -> None:
    missing = {str(key) for key in info["missing_keys"]}
    if missing and all(key.split(".")[0] == "pooler" for key in missing):
        model.pooler = None
        return
    if missing or info.get("mismatched_keys"):
        shown = ", ".join(sorted(missing)[:5]) or str(info["mismatched_keys"])
        raise Unavailable(f"The weights of {name} in {folder} do not fill the model: {shown}")
