"""Stage 1: turn-aware masked language modelling.

One turn in five is hidden for the most part (60 % of its tokens), so that it can only be told from the turns before it;
the others lose 10 %. Of the chosen tokens 80 % become the mask token, 10 % a random one, 10 % stay
(Devlin et al., 2019).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from scoring.metrics.iq.turns import EncodedTurn

HIDDEN_TURNS, OF_HIDDEN, OF_OTHERS = 0.2, 0.6, 0.1


class WordHead(nn.Module):
    """States -> vocabulary, tied to the (frozen) word embeddings of the backbone."""

    def __init__(self, embeddings: nn.Embedding) -> None:
        super().__init__()
        width = embeddings.weight.shape[1]
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.bias = nn.Parameter(torch.zeros(embeddings.weight.shape[0]))
        self._words = [embeddings]  # in a list, so that the tied matrix is not a parameter of this module

    def forward(self, states: Tensor) -> Tensor:
        """(how many, D) -> (how many, vocabulary)."""
        return nn.functional.linear(self.transform(states), self._words[0].weight, self.bias)


def mask_turns(
    turns: Sequence[EncodedTurn], *, mask_id: int, vocabulary: int, generator: random.Random
) -> tuple[list[EncodedTurn], list[tuple[int, int, int]]]:
    """The turns with tokens hidden, and (turn, place in the turn, true id) of each chosen token.

    Opening and closing tokens are never chosen.
    """
    masked, chosen = [], []
    for number, turn in enumerate(turns):
        share = OF_HIDDEN if number and generator.random() < HIDDEN_TURNS else OF_OTHERS
        ids = list(turn.ids)
        for place in range(1, len(ids) - 1):
            if generator.random() < share:
                chosen.append((number, place, ids[place]))
                fate = generator.random()
                ids[place] = mask_id if fate < 0.8 else generator.randrange(vocabulary) if fate < 0.9 else ids[place]
        masked.append(replace(turn, ids=tuple(ids)))
    return masked, chosen
