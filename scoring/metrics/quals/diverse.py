"""Diverse beam search with groups of one beam, for many passages at once (Vijayakumar et al., 2016).

As published QUALS uses it: as many groups as beams. At each step the groups choose one after the other; group g takes

    argmax over tokens v of   log p(v | passage, own tokens) - strength * |{h < g : h chose v at this step}|

The penalty only steers the choice: the log p that is handed back with each token has none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from scoring.metrics.asking.writing import Written, write_behind
from scoring.metrics.likelihood.packs import Ids


def diverse(
    model: Any, prefixes: Sequence[Ids], *, groups: int, strength: float, shortest: int, longest: int, end: int
) -> list[list[Written]]:
    """`groups` token sequences for each prefix, each ending with `end` unless it was cut at `longest` tokens.

    model: a causal LM that takes past_key_values. `end` cannot be chosen before `shortest` tokens stand.
    """
    choose = _Repelled(groups, len(prefixes), strength)
    return write_behind(model, prefixes, choose, copies=groups, shortest=shortest, longest=longest, end=end)


class _Repelled:
    """Chooses group after group. A group that is done no longer repels others."""

    def __init__(self, groups: int, count: int, strength: float) -> None:
        self.groups, self.count, self.strength = groups, count, strength
        self._rows: torch.Tensor | None = None
        self._members: list[tuple[torch.Tensor, torch.Tensor]] = []

    def __call__(self, log_probs: torch.Tensor, rows: torch.Tensor, done: torch.Tensor) -> torch.Tensor:
        if rows is not self._rows:  # rows have left the batch
            self._rows, self._members = rows, _members(rows, self.groups)
        penalty = log_probs.new_zeros((self.count, log_probs.shape[1]))
        chosen = torch.empty(len(log_probs), dtype=torch.long, device=log_probs.device)
        for places, prefixes in self._members:
            token = (log_probs[places] - penalty[prefixes]).argmax(-1)
            chosen[places] = token
            penalty[prefixes, token] += self.strength * (~done[places]).float()
        return chosen


def _members(rows: torch.Tensor, groups: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """For each group that has rows left: their places in the batch, and their prefixes."""
    places = [(rows % groups == group).nonzero()[:, 0] for group in range(groups)]
    return [(each, rows[each] // groups) for each in places if len(each)]
