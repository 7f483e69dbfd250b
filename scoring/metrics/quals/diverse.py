"""Diverse beam search with groups of one beam, for many passages at once (Vijayakumar et al., 2016).

As published QUALS uses it: as many groups as beams. At each step the groups choose one after the other; group g takes

    argmax over tokens v of   log p(v | passage, own tokens) - strength * |{h < g : h chose v at this step}|

The penalty only steers the choice: likelihoods are computed again afterwards, by teacher forcing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from scoring.metrics.likelihood.packs import Ids


@torch.inference_mode()
def diverse(
    model: Any, prefixes: Sequence[Ids], *, groups: int, strength: float, shortest: int, longest: int, end: int
) -> list[list[Ids]]:
    """`groups` token sequences for each prefix, each ending with `end` unless it was cut at `longest` tokens.

    model: a causal LM that takes past_key_values. `end` cannot be chosen before `shortest` tokens stand.
    Prefixes are padded on the left and read once; all groups of all prefixes then take each step in one pass.
    """
    device, count = model.lm_head.weight.device, len(prefixes)
    width = max(map(len, prefixes))
    ids = torch.full((count, width), end, device=device)
    mask = torch.zeros((count, width), dtype=torch.long, device=device)
    for row, prefix in enumerate(prefixes):
        ids[row, width - len(prefix) :] = torch.tensor(prefix, device=device)
        mask[row, width - len(prefix) :] = 1
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    read = model.model(input_ids=ids, attention_mask=mask, position_ids=positions, use_cache=True)
    cache, last = read.past_key_values, read.last_hidden_state[:, -1]
    cache.batch_repeat_interleave(groups)
    last = last.repeat_interleave(groups, 0)  # (count * groups, width of the model)
    mask = mask.repeat_interleave(groups, 0)
    place = positions[:, -1].repeat_interleave(groups, 0)
    done = torch.zeros(count * groups, dtype=torch.bool, device=device)
    written: list[torch.Tensor] = []
    for step in range(longest):
        log_probs = model.lm_head(last).float().log_softmax(-1)
        if step < shortest:
            log_probs[:, end] = -torch.inf
        chosen = _choose(log_probs.view(count, groups, -1), done.view(count, groups), strength).flatten()
        chosen[done] = end
        written.append(chosen)
        done = done | (chosen == end)
        if bool(done.all()) or step == longest - 1:
            break
        mask = torch.cat([mask, torch.ones_like(mask[:, :1])], 1)
        place = place + 1
        out = model.model(
            input_ids=chosen[:, None],
            attention_mask=mask,
            position_ids=place[:, None],
            past_key_values=cache,
            use_cache=True,
        )
        cache, last = out.past_key_values, out.last_hidden_state[:, -1]
    rows = torch.stack(written, 1).tolist()
    return [[_until(row, end) for row in rows[first : first + groups]] for first in range(0, len(rows), groups)]


def _choose(log_probs: torch.Tensor, done: torch.Tensor, strength: float) -> torch.Tensor:
    """(count, groups) tokens from (count, groups, vocabulary). A group that is done no longer repels others."""
    penalty = torch.zeros_like(log_probs[:, 0])  # (count, vocabulary)
    chosen = []
    for group in range(log_probs.shape[1]):
        token = (log_probs[:, group] - penalty).argmax(-1)
        chosen.append(token)
        penalty.scatter_add_(1, token[:, None], strength * (~done[:, group, None]).float())
    return torch.stack(chosen, 1)


def _until(row: list[int], end: int) -> Ids:
    return tuple(row[: row.index(end) + 1] if end in row else row)
