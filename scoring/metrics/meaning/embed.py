"""Sentence embeddings: the mean of an encoder's last layer over all tokens, as all-MiniLM-L6-v2 was trained with
(Reimers and Gurevych, 2019, "Sentence-BERT")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from scoring.metrics.backbones.load import load_encoder, load_tokenizer
from scoring.metrics.batching import run_batched
from scoring.metrics.meaning import BACKBONE, TOKENS
from scoring.metrics.tokens import tokenize

TOKENS_A_BATCH = 4096


class TextEmbedder:
    """An encoder and its tokenizer in memory. Raises `Unavailable` where they are not to be had."""

    def __init__(self, backbone: str = BACKBONE, *, device: str = "cpu") -> None:
        self.tokenizer: Any = load_tokenizer(backbone)
        self.model: Any = load_encoder(backbone, device=device)
        self.device = device

    def embed(
        self, texts: Sequence[str], *, before_batch: Callable[[], None] | None = None
    ) -> list[list[float] | None]:
        """A vector of unit length (384 numbers) for each text, in their order; None for one without a token.

        Only the first 254 tokens are read. `before_batch` may raise to stop.
        """
        tokens = [each.ids for each in tokenize(self.tokenizer, texts, limit=TOKENS)]
        readable = [place for place, ids in enumerate(tokens) if ids]
        vectors = run_batched(
            [tokens[place] for place in readable],
            self._one_batch,
            length=lambda ids: len(ids) + 2,
            token_budget=TOKENS_A_BATCH,
            before_batch=before_batch,
        )
        found: list[list[float] | None] = [None] * len(texts)
        for place, vector in zip(readable, vectors, strict=True):
            found[place] = vector
        return found

    @torch.inference_mode()
    def _one_batch(self, batch: list[tuple[int, ...]]) -> list[list[float]]:
        length = max(len(ids) for ids in batch) + 2
        ids = torch.full((len(batch), length), self.tokenizer.pad_token_id or 0)
        mask = torch.zeros((len(batch), length), dtype=torch.long)
        for row, own in enumerate(batch):
            framed = [self.tokenizer.cls_token_id, *own, self.tokenizer.sep_token_id]
            ids[row, : len(framed)] = torch.tensor(framed)
            mask[row, : len(framed)] = 1
        mask = mask.to(self.device)
        hidden = self.model(input_ids=ids.to(self.device), attention_mask=mask).last_hidden_state.float()
        weights = mask.unsqueeze(-1)  # (batch, length, 1)
        mean = (hidden * weights).sum(1) / weights.sum(1)  # (batch, 384)
        return torch.nn.functional.normalize(mean, dim=-1).cpu().tolist()  # type: ignore[no-any-return]
