"""A language model one token at a time behind many prefixes: the state that goes from step to step.

Both kinds are used alike:  last = state.last;  state.repeat(copies);  state.keep(rows);  last = state.step(tokens)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache, EncoderDecoderCache

from scoring.metrics.likelihood.packs import Ids
from scoring.metrics.likelihood.states import device_of, encoded, first_token, is_encoder_decoder


class Causal:
    """Prefixes are padded on the left and read once. last: (rows, width of the model)."""

    def __init__(self, model: Any, prefixes: Sequence[Ids], *, pad: int) -> None:
        self.model = model
        device, width = device_of(model), max(map(len, prefixes))
        ids = torch.tensor([[pad] * (width - len(prefix)) + list(prefix) for prefix in prefixes], device=device)
        self.mask = torch.tensor([[0] * (width - len(each)) + [1] * len(each) for each in prefixes], device=device)
        positions = (self.mask.cumsum(1) - 1).clamp(min=0)
        read = model.model(input_ids=ids, attention_mask=self.mask, position_ids=positions, use_cache=True)
        self.cache, self.place = read.past_key_values, positions[:, -1]
        self.last: torch.Tensor = read.last_hidden_state[:, -1]

    def repeat(self, copies: int) -> None:
        """Each row so many times, one behind the other."""
        self.cache.batch_repeat_interleave(copies)
        self.last, self.mask, self.place = (
            each.repeat_interleave(copies, 0) for each in (self.last, self.mask, self.place)
        )

    def keep(self, rows: torch.Tensor) -> None:
        """These rows alone."""
        self.cache.batch_select_indices(rows)
        self.last, self.mask, self.place = self.last[rows], self.mask[rows], self.place[rows]

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """The state behind one more token a row."""
        self.mask = torch.cat([self.mask, torch.ones_like(self.mask[:, :1])], 1)
        self.place = self.place + 1
        out = self.model.model(
            input_ids=tokens[:, None],
            attention_mask=self.mask,
            position_ids=self.place[:, None],
            past_key_values=self.cache,
            use_cache=True,
        )
        self.cache, self.last = out.past_key_values, out.last_hidden_state[:, -1]
        return self.last


class EncoderDecoder:
    """Prefixes go through the encoder once. last: (rows, width of the model)."""

    def __init__(self, model: Any, prefixes: Sequence[Ids], *, pad: int) -> None:
        self.decoder = model.get_decoder()
        self.sources, self.mask = encoded(model, prefixes, pad=pad)
        self.cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        self.last: torch.Tensor = self.sources[:, 0]
        self.step(torch.full((len(prefixes),), first_token(model), device=self.sources.device))

    def repeat(self, copies: int) -> None:
        """Each row so many times, one behind the other."""
        self.cache.batch_repeat_interleave(copies)
        self.last, self.sources, self.mask = (
            each.repeat_interleave(copies, 0) for each in (self.last, self.sources, self.mask)
        )

    def keep(self, rows: torch.Tensor) -> None:
        """These rows alone."""
        self.cache.batch_select_indices(rows)
        self.last, self.sources, self.mask = self.last[rows], self.sources[rows], self.mask[rows]

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """The state behind one more token a row."""
        out = self.decoder(
            input_ids=tokens[:, None],
            encoder_hidden_states=self.sources,
            encoder_attention_mask=self.mask,
            past_key_values=self.cache,
            use_cache=True,
        )
        self.cache, self.last = out.past_key_values, out.last_hidden_state[:, -1]
        return self.last


def begin(model: Any, prefixes: Sequence[Ids], *, pad: int) -> Causal | EncoderDecoder:
    """The state behind the prefixes."""
    return (EncoderDecoder if is_encoder_decoder(model) else Causal)(model, prefixes, pad=pad)
