"""Contextual embeddings of the tokens of texts of any length, by overlapping windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from scoring.metrics.backbones.load import load_encoder, load_tokenizer
from scoring.metrics.batching import run_batched

WINDOW = 254  # tokens between [CLS] and [SEP]: the length that the weights were fine-tuned with
STRIDE = 127  # a token is taken from the window in which it stands nearest to the middle
TOKENS_A_BATCH = 8192


@dataclass(frozen=True, slots=True)
class _Window:
    owner: int
    start: int
    ids: tuple[int, ...]


class Embedder:
    """An encoder and its tokenizer in memory. Raises `Unavailable` where they are not to be had."""

    def __init__(self, backbone: str, *, device: str) -> None:
        self.tokenizer: Any = load_tokenizer(backbone)
        self.model: Any = load_encoder(backbone, device=device)
        self.device = device

    def embed(
        self, texts: Sequence[tuple[int, ...]], *, before_batch: Callable[[], None] | None = None
    ) -> list[torch.Tensor]:
        """(tokens, width) of unit length for each text of token ids, on the CPU; (0, width) for one without tokens."""
        windows = [window for owner, ids in enumerate(texts) for window in _windows(owner, ids)]
        outputs = run_batched(
            windows,
            self._one_batch,
            length=lambda window: len(window.ids) + 2,
            token_budget=TOKENS_A_BATCH,
            before_batch=before_batch,
        )
        whole = [torch.zeros(len(ids), self.model.config.hidden_size) for ids in texts]
        for window, output in zip(windows, outputs, strict=True):
            first, last = _kept(window.start, len(window.ids), len(texts[window.owner]))
            whole[window.owner][window.start + first : window.start + last] = output[first:last]
        return whole

    @torch.inference_mode()
    def _one_batch(self, batch: list[_Window]) -> list[torch.Tensor]:
        length = max(len(window.ids) for window in batch) + 2
        ids = torch.full((len(batch), length), self.tokenizer.pad_token_id or 0)
        mask = torch.zeros((len(batch), length), dtype=torch.long)
        for row, window in enumerate(batch):
            framed = [self.tokenizer.cls_token_id, *window.ids, self.tokenizer.sep_token_id]
            ids[row, : len(framed)] = torch.tensor(framed)
            mask[row, : len(framed)] = 1
        hidden = self.model(input_ids=ids.to(self.device), attention_mask=mask.to(self.device)).last_hidden_state
        unit = torch.nn.functional.normalize(hidden.float(), dim=-1).cpu()  # (batch, length, width)
        return [unit[row, 1 : 1 + len(window.ids)] for row, window in enumerate(batch)]


def _windows(owner: int, ids: tuple[int, ...]) -> list[_Window]:
    starts = range(0, max(len(ids) - WINDOW + STRIDE, 1), STRIDE) if ids else range(0)
    return [_Window(owner, start, ids[start : start + WINDOW]) for start in starts]


def _kept(start: int, size: int, total: int) -> tuple[int, int]:
    """The part of a window, as offsets in it, that no neighbour holds nearer to its middle."""
    edge = (WINDOW - STRIDE) // 2
    return (0 if start == 0 else edge, size if start + size >= total else size - (WINDOW - STRIDE - edge))
