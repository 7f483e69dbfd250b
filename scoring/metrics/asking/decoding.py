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
        self.last: torch.Tensor
        self.cache = DynamicCache()
        self.mask = torch.empty((len(prefixes), 0), dtype=torch.long, device=device_of(model))
        self.place = torch.full((len(prefixes),), -1, device=device_of(model))
        self.read(prefixes, pad=pad)

    @property
    def width(self) -> int:
        """Tokens that a row holds, padding included."""
        return int(self.mask.shape[1])

    def read(self, sequences: Sequence[Ids], *, pad: int) -> None:
        """More tokens, at least one a row, read at once; shorter ones are padded on the left."""
        device, width = self.mask.device, max(map(len, sequences))
        ids = torch.tensor([[pad] * (width - len(each)) + list(each) for each in sequences], device=device)
        mask = torch.tensor([[0] * (width - len(each)) + [1] * len(each) for each in sequences], device=device)
        self._read(ids, mask)

    def _read(self, ids: torch.Tensor, mask: torch.Tensor) -> None:
        self.mask = torch.cat([self.mask, mask], 1)
        positions = (self.place[:, None] + mask.cumsum(1)).clamp(min=0)
        out = self.model.model(
            input_ids=ids,
            attention_mask=self.mask,
            position_ids=positions,
            past_key_values=self.cache,
            use_cache=True,
        )
        self.cache, self.place, self.last = out.past_key_values, positions[:, -1], out.last_hidden_state[:, -1]

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

    def swap(self, rows: torch.Tensor, *, since: int) -> None:
        """The same as `keep` where each row takes the place of one that holds the same before token `since`.

        Only what comes behind it is copied. `last` is left as it was: a step follows.
        """
        layers: Any = self.cache.layers
        for layer in layers:
            for held in (layer.keys, layer.values):  # (rows, heads, width, size)
                held[:, :, since:] = held[:, :, since:][rows]

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """The state behind one more token a row."""
        self._read(tokens[:, None], torch.ones_like(tokens[:, None]))
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
