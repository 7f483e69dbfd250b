"""A question and a context as sequences for an encoder, [CLS] question [SEP] piece of context [SEP], and back.

A context that does not fit is read in windows that overlap, so that every short answer stands whole in one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from scoring.metrics.likelihood.packs import Ids

WINDOW = 384  # tokens of a whole sequence, as published
OVERLAP = 128  # tokens of context that two neighbours share
QUESTION = 64  # tokens of a question that are read


@dataclass(frozen=True, slots=True)
class Window:
    """One sequence. ids: with its marks. context: place of its first context token. first: that token in the context.

    size: how many context tokens it holds.
    """

    ids: Ids
    context: int
    first: int
    size: int


def windows(question: Ids, context: Ids, *, opening: int, closing: int) -> list[Window]:
    """All windows of a context, from its start; none for a context without tokens."""
    head = (opening, *question[:QUESTION], closing)
    room = WINDOW - len(head) - 1
    firsts = range(0, max(len(context) - OVERLAP, 1), room - OVERLAP) if context else range(0)
    return [
        Window((*head, *context[first : first + room], closing), len(head), first, len(context[first : first + room]))
        for first in firsts
    ]


def collate(batch: Sequence[Window], *, pad: int) -> dict[str, torch.Tensor]:
    """ids, mask, segments (1 from the context on), context (whether a token is of the context): (batch, length)."""
    length = max(len(window.ids) for window in batch)
    ids = torch.full((len(batch), length), pad)
    mask, segments, context = (torch.zeros((len(batch), length), dtype=torch.long) for _ in range(3))
    for row, window in enumerate(batch):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        mask[row, : len(window.ids)] = 1
        segments[row, window.context : len(window.ids)] = 1
        context[row, window.context : window.context + window.size] = 1
    return {"ids": ids, "mask": mask, "segments": segments, "context": context.bool()}
