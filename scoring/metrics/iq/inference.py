"""Score whole conversations: windows, batches, one pass each, logits back in turn order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from scoring.metrics.batching import batches
from scoring.metrics.iq.config import Mode, ModelConfig
from scoring.metrics.iq.model import IQModel
from scoring.metrics.iq.packing import Piece, pack
from scoring.metrics.iq.turns import EncodedTurn
from scoring.metrics.iq.windows import windows

TOKEN_BUDGET = 8192


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece, and the (conversation, turn) that each of its read-outs belongs to."""

    piece: Piece
    belongs: tuple[tuple[int, int], ...]


def cut(conversations: Sequence[Sequence[EncodedTurn]], config: ModelConfig, mode: Mode) -> list[Cut]:
    """All windows of all conversations, with a read-out for every turn exactly once."""
    cuts = []
    for number, turns in enumerate(conversations):
        costs = [turn.visible for turn in turns]
        for window in windows(costs, size=config.window_tokens, overlap=config.overlap_tokens, mode=mode):
            piece = Piece(turns[window.start : window.stop], [(turn - window.start, mode) for turn in window.scored])
            cuts.append(Cut(piece, tuple((number, turn) for turn in window.scored)))
    return cuts


@torch.inference_mode()
def predict(
    model: IQModel,
    conversations: Sequence[Sequence[EncodedTurn]],
    *,
    mode: Mode | None = None,
    padding: int = 0,
    token_budget: int = TOKEN_BUDGET,
    autocast: bool = False,
    before_batch: Callable[[], None] | None = None,
) -> list[dict[str, Tensor]]:
    """For each conversation: head -> (turns, classes) logits on the CPU, fp32."""
    model.eval()
    device = next(model.parameters()).device
    cuts = [one for one in cut(conversations, model.config, mode or model.config.mode) if one.belongs]
    found: dict[tuple[int, int], dict[str, Tensor]] = {}
    for chosen in batches([one.piece.length for one in cuts], token_budget=token_budget):
        if before_batch is not None:
            before_batch()
        batch = pack([cuts[index].piece for index in chosen], padding=padding).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=autocast):
            logits = {name: value.float().cpu() for name, value in model(batch).items()}
        places = [place for index in chosen for place in cuts[index].belongs]
        for row, place in enumerate(places):
            found[place] = {name: value[row] for name, value in logits.items()}
    heads = model.heads.sizes
    return [
        {
            name: torch.stack([found[number, turn][name] for turn in range(len(turns))])
            if turns
            else torch.zeros(0, size)
            for name, size in heads.items()
        }
        for number, turns in enumerate(conversations)
    ]
