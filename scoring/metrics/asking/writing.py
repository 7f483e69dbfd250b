"""Several texts behind each of many prefixes at once: prefixes are read once, and what is done leaves the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from scoring.metrics.likelihood.packs import Ids

_DROP_FROM = 0.25  # of the rows: so many that are done are taken out of the batch
Choose = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""(log p of (rows, vocabulary), number of each row, whether it is done) -> (rows,) tokens."""


@dataclass(frozen=True, slots=True)
class Written:
    """What one row wrote: tokens, the last of them `end` unless it was cut, and log p of each, in nats."""

    ids: Ids
    log_probs: tuple[float, ...]


@torch.inference_mode()
def write_behind(
    model: Any, prefixes: Sequence[Ids], choose: Choose, *, copies: int, shortest: int, longest: int, end: int
) -> list[list[Written]]:
    """`copies` token sequences for each prefix, each ending with `end` unless it was cut at `longest` tokens.

    model: a causal LM that takes past_key_values. `end` cannot be chosen before `shortest` tokens stand.
    Prefixes are padded on the left and read once; all rows (prefix * copies + copy) then take each step in one pass. A
    row that is done costs no more steps, but for a few until enough are done to be worth copying the others.
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
    cache.batch_repeat_interleave(copies)
    last = last.repeat_interleave(copies, 0)  # (rows, width of the model)
    mask = mask.repeat_interleave(copies, 0)
    place = positions[:, -1].repeat_interleave(copies, 0)
    rows = torch.arange(count * copies, device=device)  # those still in the batch
    done = torch.zeros(len(rows), dtype=torch.bool, device=device)
    written = torch.full((len(rows), longest), end, device=device)
    log_p = torch.zeros((len(rows), longest), device=device)
    for step in range(longest):
        log_probs = model.lm_head(last).float().log_softmax(-1)
        if step < shortest:
            log_probs[:, end] = -torch.inf
        chosen = choose(log_probs, rows, done)
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
    return [found[first : first + copies] for first in range(0, len(found), copies)]


def greedy(log_probs: torch.Tensor, rows: torch.Tensor, done: torch.Tensor) -> torch.Tensor:
    """The likeliest token."""
    return log_probs.argmax(-1)


def from_the_top(k: int, seed: int) -> Choose:
    """A token drawn from the k likeliest by their probabilities; draws are those of the seed, row after row."""
    chance = torch.Generator().manual_seed(seed)

    def choose(log_probs: torch.Tensor, rows: torch.Tensor, done: torch.Tensor) -> torch.Tensor:
        held = log_probs.topk(min(k, log_probs.shape[1]))
        drawn = torch.multinomial(held.values.softmax(-1).cpu(), 1, generator=chance).to(log_probs.device)
        return held.indices.gather(1, drawn)[:, 0]

    return choose


def _until(row: list[int], log_probs: list[float], end: int) -> Written:
    length = row.index(end) + 1 if end in row else len(row)
    return Written(tuple(row[:length]), tuple(log_probs[:length]))
