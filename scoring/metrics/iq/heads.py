"""What a read-out predicts: a distribution over the five points, whether it is a defect, and the auxiliary labels."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from scoring.metrics.iq.config import POINTS

DAMAGE = "damage"


class Heads(nn.Module):
    """Linear heads over a normalised read-out of width D. `iq`: 5 logits; `defect`: 1; others: one per class."""

    def __init__(self, width: int, auxiliary: Mapping[str, int], dropout: float = 0.1) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.sizes = {"iq": len(POINTS), "defect": 1, **auxiliary}
        self.out = nn.ModuleDict({name: nn.Linear(width, size) for name, size in self.sizes.items()})

    def forward(self, readouts: Tensor) -> dict[str, Tensor]:
        """(how many, D) -> name: (how many, classes), fp32 logits."""
        hidden = self.dropout(self.norm(readouts.float()))
        return {name: head(hidden).float() for name, head in self.out.items()}


def expected_points(logits: Tensor) -> Tensor:
    """The mean of the distribution over 1..5: (how many, 5) -> (how many,)."""
    points = torch.tensor(POINTS, dtype=torch.float32, device=logits.device)
    return torch.softmax(logits.float(), -1) @ points
