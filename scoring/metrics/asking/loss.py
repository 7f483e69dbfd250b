"""The loss of a language model that writes after passages, many texts behind one passage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from scoring.metrics.likelihood.packs import Pack, collate


def loss_of(
    model: Any, batch: Sequence[Pack], *, pad: int, dtype: torch.dtype, after: int | None = None
) -> torch.Tensor:
    """Mean negative log-likelihood (nats) over the tokens of all texts; `model` is a causal LM.

    after: a token that every text has; only what stands behind its first place counts.
    """
    held = collate(batch, pad=pad, dtype=dtype)
    device = model.lm_head.weight.device
    held = {key: tensor.to(device) for key, tensor in held.items()}
    hidden = model.model(
        input_ids=held["ids"], position_ids=held["positions"], attention_mask=held["mask"], use_cache=False
    ).last_hidden_state  # (batch, length, width)
    texts = [text for pack in batch for text in pack.texts]
    targets = torch.tensor([token for text in texts for token in text], device=device)
    counted = torch.tensor(
        [after is None or place > text.index(after) for text in texts for place in range(len(text))], device=device
    )
    logits = model.lm_head(hidden[held["segments"] > 0][counted]).float()  # (counted tokens, vocabulary)
    return torch.nn.functional.cross_entropy(logits, targets[counted])
