"""What is learned from the labels of a turn, and how the tasks are weighed against each other.

iq       all raters' votes as one distribution over the five points: cross-entropy + ranked probability score (the
         squared distance of the cumulative distributions, which knows that 2 is nearer to 3 than to 5)
defect   binary cross-entropy, mean vote below 3
others   cross-entropy against the label's shares

The weight of task i is learned (Kendall, Gal and Cipolla, 2018): the sum over i of exp(-s_i) L_i + s_i / 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from scoring.metrics.iq.config import POINTS
from scoring.metrics.iq.corpora.records import TurnLabels

DEFECT_BELOW = 3.0


@dataclass(frozen=True, slots=True)
class Target:
    """task -> the shares to be learned, one per class (one number for defect)."""

    shares: Mapping[str, tuple[float, ...]]


def vote_shares(votes: Sequence[float]) -> tuple[float, ...]:
    """Share of the votes at each point; a vote between two points counts for both in proportion.

    >>> vote_shares([3, 3, 4, 4.5])
    (0.0, 0.0, 0.5, 0.375, 0.125)
    """
    shares = [0.0] * len(POINTS)
    for vote in votes:
        below = min(int(vote), POINTS[-1] - 1)
        part = vote - below
        shares[below - 1] += (1 - part) / len(votes)
        shares[below] += part / len(votes)
    return tuple(shares)


def target_of(labels: TurnLabels, vocabulary: Mapping[str, Sequence[str]], *, rated: bool = True) -> Target | None:
    """What a turn teaches. vocabulary: task -> its labels in order; a label outside it teaches nothing."""
    shares: dict[str, tuple[float, ...]] = {}
    if rated and labels.mean is not None:
        shares["iq"] = vote_shares(labels.votes)
        shares["defect"] = (1.0 if labels.mean < DEFECT_BELOW else 0.0,)
    for task, names in vocabulary.items():
        given = labels.classes.get(task, {})
        known = [given.get(name, 0.0) for name in names]
        if sum(known) > 0:
            shares[task] = tuple(share / sum(known) for share in known)
    return Target(shares) if shares else None


def task_losses(logits: Mapping[str, Tensor], targets: Sequence[Target]) -> dict[str, tuple[Tensor, int]]:
    """task -> (sum of the losses, how many read-outs have a label). Read-outs and targets are in the same order."""
    losses: dict[str, tuple[Tensor, int]] = {}
    for task in sorted({task for target in targets for task in target.shares}):
        rows = [row for row, target in enumerate(targets) if task in target.shares]
        given = logits[task][rows]
        wanted = torch.tensor([targets[row].shares[task] for row in rows], device=given.device)
        if task == "defect":
            loss = nn.functional.binary_cross_entropy_with_logits(given, wanted, reduction="sum")
        else:
            loss = nn.functional.cross_entropy(given, wanted, reduction="sum")
        if task == "iq":
            apart = torch.softmax(given, -1).cumsum(-1) - wanted.cumsum(-1)
            loss = loss + apart.square().sum()
        losses[task] = (loss, len(rows))
    return losses


class TaskWeights(nn.Module):
    """The learned s_i, kept within [-2, 3]. Auxiliary tasks start at a third of the weight."""

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__()
        start = {task: 0.0 if task in {"iq", "defect"} else 1.0 for task in tasks}
        self.s = nn.ParameterDict({task: nn.Parameter(torch.tensor(value)) for task, value in start.items()})

    def forward(self, losses: Mapping[str, tuple[Tensor, int]], counts: Mapping[str, int]) -> Tensor:
        """The weighed loss of a micro-batch; counts: read-outs of each task in the whole step."""
        total = torch.zeros(())
        for task, (loss, here) in losses.items():
            s = self.s[task].clamp(-2.0, 3.0)
            total = total.to(loss.device) + torch.exp(-s) * loss / counts[task] + 0.5 * s * here / counts[task]
        return total

    def weights(self) -> dict[str, float]:
        """exp(-s_i) of each task, for the log."""
        return {task: round(float(torch.exp(-s.detach().clamp(-2.0, 3.0))), 4) for task, s in self.s.items()}
