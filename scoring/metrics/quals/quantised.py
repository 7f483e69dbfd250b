"""Linear layers with weights of eight bits, for processors without fast bf16: half the time of fp32."""

from __future__ import annotations

import warnings
from typing import Any

import torch

INT8 = "int8"


def in_int8(model: Any) -> Any:
    """`model` (fp32, on a CPU) with the linear layers of its body quantised dynamically; the head stays as it is.

    Weights keep one scale a tensor, activations are quantised anew at each product.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch moves this to torchao, which is not a dependency
        for body in ("model",) if hasattr(model, "model") else ("encoder", "decoder"):
            held = torch.ao.quantization.quantize_dynamic(getattr(model, body), {torch.nn.Linear}, dtype=torch.qint8)
            setattr(model, body, held)
    return model
