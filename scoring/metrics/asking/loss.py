"""The loss of a language model that writes after passages, many texts behind one passage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from scoring.metrics.likelihood.packs import Pack
from scoring.metrics.likelihood.states import logits_of, text_states


def read_packs(model: Any, batch: Sequence[Pack], *, pad: int, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """What `model`, causal or with an encoder, predicts where the texts of the packs stand, and what stands there.

    logits: (tokens of all texts, vocabulary) in fp32, with a graph; targets: (tokens of all texts,).
    """
    logits = logits_of(model, text_states(model, batch, pad=pad, dtype=dtype))
    targets = torch.tensor([token for pack in batch for text in pack.texts for token in text], device=logits.device)
    return logits, targets


def loss_of(
    model: Any, batch: Sequence[Pack], *, pad: int, dtype: torch.dtype, after: int | None = None
) -> torch.Tensor:
    """Mean negative log-likelihood (nats) over the tokens of all texts; `model` as for `read_packs`.

    after: a token that every text has; only what stands behind its first place counts.
    """
    logits, targets = read_packs(model, batch, pad=pad, dtype=dtype)
    if after is None:
        return torch.nn.functional.cross_entropy(logits, targets)
    texts = [text for pack in batch for text in pack.texts]
    counted = torch.tensor(
        [place > text.index(after) for text in texts for place in range(len(text))], device=logits.device
    )
    return torch.nn.functional.cross_entropy(logits[counted], targets[counted])
