"""What a language model predicts at the tokens of texts that stand behind prefixes: causal, or encoder and decoder.

causal              one sequence a pack (`packs.collate`): the prefix is read once for all its texts
encoder-decoder     the encoder reads each prefix once, the decoder each text on its own
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from scoring.metrics.likelihood.packs import Ids, Pack, collate


def is_encoder_decoder(model: Any) -> bool:
    """Whether prefixes go into an encoder."""
    return bool(model.config.is_encoder_decoder)


def device_of(model: Any) -> torch.device:
    """Where the model computes."""
    held: torch.device = model.lm_head.weight.device
    return held


def text_states(model: Any, batch: Sequence[Pack], *, pad: int, dtype: torch.dtype) -> torch.Tensor:
    """(tokens of all texts in order, width): the last hidden state before each token, for `logits_of`."""
    if is_encoder_decoder(model):
        return _decoded(model, batch, pad=pad)
    device = device_of(model)
    held = {key: tensor.to(device) for key, tensor in collate(batch, pad=pad, dtype=dtype).items()}
    hidden = model.model(
        input_ids=held["ids"],
        position_ids=held["positions"],
        attention_mask=_mask(model.config, held["mask"], held["positions"]),
        use_cache=False,
    ).last_hidden_state  # (batch, length, width)
    states: torch.Tensor = hidden[held["segments"] > 0]
    return states


def _mask(config: Any, mask: torch.Tensor, positions: torch.Tensor) -> torch.Tensor | dict[str, torch.Tensor]:
    """The mask that the layers are given: transformers takes one that is made already as it is, without the window of
    layers that have one (all of Mistral's, five in six of Gemma 3's)."""
    window = getattr(config, "sliding_window", None)
    kinds = set(getattr(config, "layer_types", None) or ())
    if not window or (kinds and "sliding_attention" not in kinds):
        return mask
    far = positions[:, :, None] - positions[:, None, :] >= window  # (batch, seeing, seen)
    near = mask.masked_fill(far[:, None], torch.finfo(mask.dtype).min)
    return {kind: near if kind == "sliding_attention" else mask for kind in kinds} if kinds else near


def logits_of(model: Any, states: torch.Tensor) -> torch.Tensor:
    """(..., vocabulary) in fp32 from states of the last layer, as the model's own forward pass makes them."""
    if getattr(model.config, "scale_decoder_outputs", False):  # T5
        states = states * model.config.d_model**-0.5
    logits = model.lm_head(states).float()
    bias = getattr(model, "final_logits_bias", None)  # BART
    return logits if bias is None else logits + bias[0].float()


def encoded(model: Any, prefixes: Sequence[Ids], *, pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What the encoder makes of prefixes: (prefixes, length, width) and its mask (prefixes, length)."""
    ids, mask = _padded(prefixes, pad=pad, device=device_of(model))
    return model.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state, mask


def first_token(model: Any) -> int:
    """What a decoder is given before the first token of a text."""
    return int(model.config.decoder_start_token_id)


def _decoded(model: Any, batch: Sequence[Pack], *, pad: int) -> torch.Tensor:
    sources, source_mask = encoded(model, [pack.prefix for pack in batch], pad=pad)
    of_text = torch.tensor([row for row, pack in enumerate(batch) for _ in pack.texts], device=sources.device)
    shifted = [(first_token(model), *text[:-1]) for pack in batch for text in pack.texts]
    ids, mask = _padded(shifted, pad=pad, device=sources.device)
    hidden = model.get_decoder()(
        input_ids=ids,
        attention_mask=mask,
        encoder_hidden_states=sources[of_text],
        encoder_attention_mask=source_mask[of_text],
        use_cache=False,
    ).last_hidden_state  # (texts, longest, width)
    states: torch.Tensor = hidden[mask > 0]
    return states


def _padded(rows: Sequence[Ids], *, pad: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(map(len, rows))
    ids = torch.tensor([[*row, *[pad] * (width - len(row))] for row in rows], device=device)
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows], device=device)
    return ids, mask
