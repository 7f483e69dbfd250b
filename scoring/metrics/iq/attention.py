"""Who may look at whom: an additive float mask over packed tokens, with a learned bias per distance in turns.

A boolean 4-D mask is not used: under eager attention it is added as 0 and 1, and leaks without an error.

Text of turn t looks at the text of turns <= t (at most `context_turns` back). A read-out of turn t looks at what its
turn may see, in retrospective mode at the text of turn t + 1 too, and at itself; nobody looks at a read-out, so the
second layer cannot pass on what the first one let in, and turn t + 2 stays unseen.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

TEXT, ONLINE, RETROSPECTIVE = 0, 1, 2
KINDS = 3
_STARTS = (0, 1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33)  # first distance of each bucket; one more bucket: the next turn
DISTANCES = len(_STARTS) + 1
BLOCKED = -1e9


def allowed(turn: Tensor, kind: Tensor, valid: Tensor, context_turns: int | None) -> Tensor:
    """(batch, query, key) bool from (batch, length): turn index, kind of token, whether it is no padding."""
    query, key = turn[:, :, None], turn[:, None, :]
    seen = key <= query + (kind == RETROSPECTIVE)[:, :, None]
    if context_turns is not None:
        seen &= key >= query - context_turns
    seen &= ((kind == TEXT) & valid)[:, None, :]
    itself = torch.eye(turn.shape[1], dtype=torch.bool, device=turn.device)
    return seen | itself


def distance_bucket(turn: Tensor) -> Tensor:
    """(batch, query, key): bucket of how many turns back the key is; the last bucket for a turn ahead."""
    back = turn[:, :, None] - turn[:, None, :]
    bucket = torch.zeros_like(back)
    for start in _STARTS[1:]:
        bucket += back >= start
    return torch.where(back < 0, DISTANCES - 1, bucket)


class TurnBias(nn.Module):
    """The additive mask (batch, heads, query, key): a learned bias where looking is allowed, BLOCKED elsewhere.

    The distance to the current turn is a property of a pair (who looks, at what), not of a token: in one pass over
    all turns every earlier token has as many distances as there are later turns. So it enters attention, with a table
    of its own for text, online and retrospective read-outs. It starts as -slope * log(1 + distance), with slopes from
    0 to 1 over the heads, and is learned in pre-training; fine-tuning leaves it alone unless told otherwise, since a
    mask that needs no gradient lets attention take its fast way (a third of the time of a step on a CPU).
    """

    def __init__(self, heads: int) -> None:
        super().__init__()
        distance = torch.tensor([*_STARTS, 1], dtype=torch.float32).repeat(KINDS)
        self.table = nn.Parameter(-torch.log1p(distance)[:, None] * torch.linspace(0.0, 1.0, heads))

    def forward(self, turn: Tensor, kind: Tensor, valid: Tensor, context_turns: int | None) -> Tensor:
        index = distance_bucket(turn) + kind[:, :, None] * DISTANCES
        bias = nn.functional.embedding(index, self.table).permute(0, 3, 1, 2)
        return bias.masked_fill(~allowed(turn, kind, valid, context_turns)[:, None], BLOCKED)
