"""The multi-turn encoder: any BERT-like encoder, read over whole conversations in one pass.

    lower layers    one turn at a time, with the positions the backbone was trained with (they restart in every turn)
                    (or none of them: then positions may run on through the window instead)
    between         + role of the speaker + bucketed time gap + age of the turn, + kind of read-out
    upper layers    the whole window under the block-causal mask of attention.py

Read-outs start from the state of their turn's closing token, which nobody else sees. With `pool="turn"` the heads read
the mean state of the turn's text beside it: what the backbone, an embedder of sentences, was trained to be read by.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, Literal, cast, get_args

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from transformers.models.bert.modeling_bert import eager_attention_forward

from scoring.metrics.api import Unavailable
from scoring.metrics.iq.attention import BLOCKED, KINDS, TEXT, TurnBias
from scoring.metrics.iq.config import ModelConfig
from scoring.metrics.iq.heads import Heads
from scoring.metrics.iq.packing import Batch
from scoring.metrics.iq.turns import AGES, GAPS, ROLES

Attention = Literal["eager", "sdpa"]
ATTENTIONS: tuple[Attention, ...] = get_args(Attention)


class DialogueEncoder(nn.Module):
    """Packed batches in, states of all packed tokens out. Only what is not the backbone's lower part is trained."""

    def __init__(self, backbone: PreTrainedModel, config: ModelConfig) -> None:
        super().__init__()
        layers = _layers(backbone)
        if config.local_layers >= len(layers):
            raise ValueError(f"local_layers is {config.local_layers}, but the backbone has only {len(layers)} layers")
        self.config = config
        held = backbone.config
        self.width = int(held.hidden_size)
        self.embeddings = cast(nn.Module, backbone.embeddings)
        self.first_position, self.last_position = _positions(self.embeddings, config)
        self.lower = nn.ModuleList(layers[: config.local_layers])
        self.upper = nn.ModuleList(layers[config.local_layers :])
        self.bias = TurnBias(int(held.num_attention_heads))
        self.role = nn.Embedding(len(ROLES), self.width)
        self.gap = nn.Embedding(GAPS, self.width)
        self.age = nn.Embedding(len(AGES), self.width)
        self.kind = nn.Embedding(KINDS, self.width)
        for table in (self.role, self.gap, self.age, self.kind):
            nn.init.zeros_(table.weight)
        self.embeddings.requires_grad_(False)
        self.lower.requires_grad_(False)
        self.upper.requires_grad_(True)
        for module in self.upper.modules():
            dropout = getattr(module, "dropout", None)
            if isinstance(dropout, nn.Dropout) and hasattr(module, "query"):
                dropout.p = 0.0  # of attention weights: slow, and of little use beside that of states

    def train(self, mode: bool = True) -> DialogueEncoder:
        """The lower layers stay in eval mode: they are not trained, so they get no dropout."""
        super().train(mode)
        self.embeddings.eval()
        self.lower.eval()
        return self

    def attend_by(self, implementation: Attention) -> None:
        """Compute attention by one of transformers' functions; the values are the same up to rounding.

        Under bf16 autocast on a CPU, plain products ("eager") train 1.5 times as fast as torch's fused kernel ("sdpa"),
        which took half of a step; scoring in fp32 is twice as fast with the fused one.
        """
        for layer in (*self.lower, *self.upper):
            layer.attention.self.config._attn_implementation = implementation  # type: ignore[union-attr]

    def read_turns(self, ids: Tensor, present: Tensor) -> Tensor:
        """States of every token of every turn, read alone and laid end to end: (sum of turn lengths, D)."""
        with torch.no_grad() if not any(p.requires_grad for p in self.lower.parameters()) else nullcontext():
            hidden = self.embeddings(input_ids=ids)
            mask = torch.zeros(present.shape, device=ids.device).masked_fill(~present, BLOCKED)[:, None, None, :]
            mask = mask.expand(-1, 1, ids.shape[1], -1)
            for layer in self.lower:
                hidden = _state(layer(hidden, attention_mask=mask))
        return cast(Tensor, hidden[present])

    def forward(self, batch: Batch, read: Tensor | None = None) -> Tensor:
        """States of all packed tokens: (windows, length, D). `read`: what `read_turns` gives, where it is known."""
        hidden, mask = self._below_last(batch, read)
        return _state(self.upper[-1](hidden, attention_mask=mask))

    def readouts(self, batch: Batch, read: Tensor | None = None) -> Tensor:
        """States of the read-outs alone: (windows, asking, D). In the last layer only they have to ask."""
        hidden, mask = self._below_last(batch, read)
        return _ask(self.upper[-1], hidden[:, : batch.asking], hidden, mask[:, :, : batch.asking])

    def _below_last(self, batch: Batch, read: Tensor | None) -> tuple[Tensor, Tensor]:
        if self.config.positions == "running":
            # Windows fit; only a window that pre-training damaged with a longer turn can run over.
            places = batch.position.clamp(max=self.last_position) + self.first_position
            hidden = self.embeddings(input_ids=batch.ids[batch.present][batch.source], position_ids=places)
        else:
            hidden = (self.read_turns(batch.ids, batch.present) if read is None else read)[batch.source]
        hidden = hidden + self.role(batch.role) + self.gap(batch.gap) + self.age(batch.age)
        hidden = hidden + self.kind(batch.kind)
        mask = self.bias(batch.turn, batch.kind, batch.valid, self.config.context_turns)
        for layer in self.upper[:-1]:
            hidden = _state(layer(hidden, attention_mask=mask))
        return hidden, mask


class IQModel(nn.Module):
    """The encoder with its heads."""

    def __init__(self, backbone: PreTrainedModel, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = DialogueEncoder(backbone, config)
        self.heads = Heads(self.encoder.width * (2 if config.pool == "turn" else 1), config.heads)

    def forward(self, batch: Batch, read: Tensor | None = None) -> dict[str, Tensor]:
        """name of head -> (read-outs of the batch in packed order, classes)."""
        rows, columns = batch.readouts.unbind(1)
        if self.config.pool == "readout":
            return cast(dict[str, Tensor], self.heads(self.encoder.readouts(batch, read)[rows, columns]))
        hidden = self.encoder(batch, read)
        hidden = torch.cat([hidden[:, : batch.asking], turn_means(hidden, batch)], -1)
        return cast(dict[str, Tensor], self.heads(hidden[rows, columns]))


def turn_means(hidden: Tensor, batch: Batch) -> Tensor:
    """The mean state of the text of every read-out's turn: (windows, length, D) -> (windows, asking, D)."""
    text = ((batch.kind == TEXT) & batch.valid)[:, None, :]
    mine = (text & (batch.turn[:, : batch.asking, None] == batch.turn[:, None, :])).to(hidden.dtype)
    return torch.bmm(mine / mine.sum(-1, keepdim=True).clamp(min=1), hidden)


def own(name: str) -> bool:
    """Whether a tensor of an IQModel is our own: not part of what the backbone's folder gives back unchanged."""
    return not name.startswith(("encoder.embeddings.", "encoder.lower."))


def _positions(embeddings: Any, config: ModelConfig) -> tuple[int, int]:
    """Where the backbone starts to count (RoBERTa: after its padding), and the last place counted from there.

    Raises ValueError where a window is too long.
    """
    padding = embeddings.position_embeddings.padding_idx
    first = 0 if padding is None else padding + 1
    room = embeddings.position_embeddings.num_embeddings - first
    longest = config.max_turn_tokens if config.positions == "turn" else config.window_tokens + 1  # + a closing token
    if longest > room:
        raise ValueError(f"the backbone has {room} positions, too few for {longest} tokens")
    return int(first), int(room) - 1


def _layers(backbone: Any) -> list[nn.Module]:
    try:
        return list(backbone.encoder.layer)
    except AttributeError as error:
        raise Unavailable(
            f"{type(backbone).__name__} cannot carry the multi-turn encoder: it needs `embeddings` and `encoder.layer` "
            "as BERT, RoBERTa, XLM-R and ELECTRA have them."
        ) from error


def _ask(layer: Any, asking: Tensor, hidden: Tensor, mask: Tensor) -> Tensor:
    """What `layer(hidden)` gives for the tokens `asking`, without computing the others.

    asking: (batch, queries, D); hidden: (batch, keys, D); mask: additive (batch, heads, queries, keys).
    """
    attention = layer.attention.self
    attend = ALL_ATTENTION_FUNCTIONS.get_interface(attention.config._attn_implementation, eager_attention_forward)
    query, key, value = (
        part(states).unflatten(-1, (-1, attention.attention_head_size)).transpose(1, 2)
        for part, states in ((attention.query, asking), (attention.key, hidden), (attention.value, hidden))
    )
    found, _ = attend(attention, query, key, value, mask, dropout=0.0, scaling=attention.attention_head_size**-0.5)
    attended = layer.attention.output(found.flatten(2), asking)
    return cast(Tensor, layer.output(layer.intermediate(attended), attended))


def _state(output: Any) -> Tensor:
    return cast(Tensor, output[0] if isinstance(output, tuple) else output)
