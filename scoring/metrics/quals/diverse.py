"""Diverse beam search with groups of one beam, for many passages at once (Vijayakumar et al., 2016).

As published QUALS uses it: as many groups as beams. At each step the groups choose one after the other; group g takes

    argmax over tokens v of   log p(v | passage, own tokens) - strength * |{h < g : h chose v at this step}|

The penalty only steers the choice: the log p that is handed back with each token has none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from scoring.metrics.likelihood.packs import Ids

_DROP_FROM = 0.25  # of the rows: so many that are done are taken out of the batch


@dataclass(frozen=True, slots=True)
class Written:
    """What one group wrote: tokens, the last of them `end` unless it was cut, and log p of each, in nats."""

    ids: Ids
    log_probs: tuple[float, ...]


@torch.inference_mode()
def diverse(
    model: Any, prefixes: Sequence[Ids], *, groups: int, strength: float, shortest: int, longest: int, end: int
) -> list[list[Written]]:
    """`groups` token sequences for each prefix, each ending with `end` unless it was cut at `longest` tokens.

    model: a causal LM that takes past_key_values. `end` cannot be chosen before `shortest` tokens stand.
    Prefixes are padded on the left and read once; all groups of all prefixes then take each step in one pass. A group
    that is done costs no more steps, but for a few until enough are done to be worth copying the others.
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
    last = last.repeat_interleave(groups, 0)  # (rows, width of the model); row = prefix * groups + group
    mask = mask.repeat_interleave(groups, 0)
    place = positions[:, -1].repeat_interleave(groups, 0)
    rows = torch.arange(count * groups, device=device)  # those still in the batch
    members = _members(rows, groups)
    done = torch.zeros(len(rows), dtype=torch.bool, device=device)
    written = torch.full((len(rows), longest), end, device=device)
    log_p = torch.zeros((len(rows), longest), device=device)
    for step in range(longest):
        log_probs = model.lm_head(last).float().log_softmax(-1)
        if step < shortest:
            log_probs[:, end] = -torch.inf
        chosen = _choose(log_probs, members, done, count, strength)
        log_p[rows, step] = log_probs.gather(1, chosen[:, None])[:, 0]
        chosen[done] = end
        written[rows, step] = chosen
        done = done | (chosen == end)
        finished = int(done.sum())
        if finished == len(rows) or step == longest - 1:
            break
        if finished >= _DROP_FROM * len(rows):
            kept = (~done).nonzero()[:, 0]
            rows, chosen, mask, place, done = (each[kept] for each in (rows, chosen, mask, place, done))
            cache.batch_select_indices(kept)
            members = _members(rows, groups)
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
    found = [_until(*row, end) for row in zip(written.tolist(), log_p.tolist(), strict=True)]
    return [found[first : first + groups] for first in range(0, len(found), groups)]


def _members(rows: torch.Tensor, groups: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """For each group that has rows left: their places in the batch, and their prefixes."""
    places = [(rows % groups == group).nonzero()[:, 0] for group in range(groups)]
    return [(each, rows[each] // groups) for each in places if len(each)]


def _choose(
    log_probs: torch.Tensor,
    members: list[tuple[torch.Tensor, torch.Tensor]],
    done: torch.Tensor,
    count: int,
    strength: float,
) -> torch.Tensor:
    """(rows,) tokens from (rows, vocabulary). A group that is done no longer repels others."""
    penalty = log_probs.new_zeros((count, log_probs.shape[1]))
    chosen = torch.empty(len(log_probs), dtype=torch.long, device=log_probs.device)
    for places, prefixes in members:
        token = (log_probs[places] - penalty[prefixes]).argmax(-1)
        chosen[places] = token
        penalty[prefixes, token] += strength * (~done[places]).float()
    return chosen


def _until(row: list[int], log_probs: list[float], end: int) -> Written:
    length = row.index(end) + 1 if end in row else len(row)
    return Written(tuple(row[:length]), tuple(log_probs[:length]))
