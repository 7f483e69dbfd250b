"""Likelihood on texts to be written, unlikelihood on texts not to be written (Nan et al., 2021; Welleck et al., 2020).

    token of S+   (1 - e) * -log p(token)        + e / V * sum over v of -log p(v)
    token of S-   (1 - e) * -log(1 - p(token))   + e / V * sum over v of -log(1 - p(v))

summed, and divided by the number of all tokens; e is the label smoothing, V the vocabulary. As in the released code
unlikelihood is smoothed in the same way. There 1 - p is held above 1e-20; here log p is held below -1e-7, which is as
near to 1 as p gets in fp32, so that the gradient stays finite.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from scoring.metrics.asking.loss import read_packs
from scoring.metrics.likelihood.packs import Ids, Pack

SMOOTHING = 0.1
_NEAREST_TO_ONE = -1e-7  # log p


@dataclass(frozen=True, slots=True)
class Contrast:
    """A prompt, a text to be written after it and, except in plain fine-tuning, one not to be written."""

    prompt: Ids
    positive: Ids
    negative: Ids | None = None

    @property
    def pack(self) -> Pack:
        """Both texts behind one prompt, which is read once."""
        return Pack(self.prompt, (self.positive,) if self.negative is None else (self.positive, self.negative))


def contrastive_loss(
    model: Any, batch: Sequence[Contrast], *, pad: int, dtype: torch.dtype, smoothing: float = SMOOTHING
) -> torch.Tensor:
    """The mean loss of a token, with a graph; `model` is a causal LM."""
    logits, targets = read_packs(model, [each.pack for each in batch], pad=pad, dtype=dtype)
    unwanted = torch.tensor(
        [place > 0 for each in batch for place, text in enumerate(each.pack.texts) for _ in text], device=logits.device
    )
    log_p = logits.log_softmax(-1)  # (tokens of all texts, vocabulary)
    costs = torch.cat(
        [
            smoothed(-log_p[~unwanted], targets[~unwanted], smoothing),
            smoothed(-log_of_the_rest(log_p[unwanted]), targets[unwanted], smoothing),
        ]
    )
    return costs.sum() / len(targets)


def smoothed(costs: torch.Tensor, targets: torch.Tensor, smoothing: float) -> torch.Tensor:
    """(tokens,) from the cost of every entry (tokens, vocabulary): the target's, and a little of everybody's."""
    own = costs.gather(1, targets[:, None])[:, 0]
    return (1 - smoothing) * own + smoothing * costs.mean(-1)


def log_of_the_rest(log_p: torch.Tensor) -> torch.Tensor:
    """log(1 - p). Above p = 1/2 it is log(-expm1(log p)), below log1p(-p)."""
    # Each of the two forms is exact where the other loses digits.
    held = log_p.clamp(max=_NEAREST_TO_ONE)
    half = -math.log(2)
    large = torch.log(-torch.expm1(held.clamp(min=half)))
    small = torch.log1p(-torch.exp(held.clamp(max=half)))
    return torch.where(held > half, large, small)
