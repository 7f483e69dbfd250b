"""A model on its backbone, and the tokenizer with the two tokens that frame a turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from scoring.metrics.api import DialogueTurn, Unavailable
from scoring.metrics.backbones.load import load_encoder, load_tokenizer
from scoring.metrics.iq.config import ModelConfig
from scoring.metrics.iq.model import IQModel
from scoring.metrics.iq.turns import EncodedTurn, encode_turns


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns -> EncodedTurns with one tokenizer. opening/closing: [CLS]/[SEP], or <s>/</s>."""

    tokenizer: Any
    opening: int
    closing: int
    padding: int
    max_turn_tokens: int

    def encode(self, turns: tuple[DialogueTurn, ...]) -> list[EncodedTurn]:
        """See `encode_turns`."""
        return encode_turns(
            turns, self.tokenizer, opening=self.opening, closing=self.closing, max_turn_tokens=self.max_turn_tokens
        )


def make_reader(tokenizer: Any, max_turn_tokens: int) -> Reader:
    """A Reader for any tokenizer that has opening, closing and padding tokens, or raises `Unavailable`."""
    opening = tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.bos_token_id
    closing = tokenizer.sep_token_id if tokenizer.sep_token_id is not None else tokenizer.eos_token_id
    if opening is None or closing is None or tokenizer.pad_token_id is None:
        raise Unavailable("the backbone's tokenizer has no opening, closing or padding token")
    return Reader(tokenizer, opening, closing, tokenizer.pad_token_id, max_turn_tokens)


def build(config: ModelConfig, *, seed: int = 0, device: str = "cpu") -> tuple[IQModel, Reader]:
    """A model with fresh heads on the pretrained backbone. Raises `Unavailable`."""
    backbone = load_encoder(config.backbone)
    generator_state = torch.get_rng_state()
    torch.manual_seed(seed)
    model = IQModel(backbone, config)
    torch.set_rng_state(generator_state)
    return model.to(device), make_reader(load_tokenizer(config.backbone), config.max_turn_tokens)


def build_to_train(config: ModelConfig, *, seed: int, device: str, autocast: bool) -> tuple[IQModel, Reader]:
    """`build`, with the attention that trains fastest there (see `IQModel.encoder.attend_by`). Raises `Unavailable`."""
    model, reader = build(config, seed=seed, device=device)
    if device == "cpu" and autocast:
        model.encoder.attend_by("eager")
    return model, reader
