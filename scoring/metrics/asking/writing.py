"""Several texts behind each of many prefixes at once: prefixes are read once, and what is done leaves the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from scoring.metrics.asking.decoding import begin
from scoring.metrics.likelihood.packs import Ids
from scoring.metrics.likelihood.states import device_of, logits_of

DROP_FROM = 0.25  # of the rows: so many that are done are taken out of the batch
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

    model: a causal LM or an encoder with a decoder. `end` cannot be chosen before `shortest` tokens stand.
    Prefixes are read once; all rows (prefix * copies + copy) then take each step in one pass. A row that is done costs
    no more steps, but for a few until enough are done to be worth copying the others.
    """
    device, count = device_of(model), len(prefixes)
    state = begin(model, prefixes, pad=end)
    state.repeat(copies)
    rows = torch.arange(count * copies, device=device)  # those still in the batch
    done = torch.zeros(len(rows), dtype=torch.bool, device=device)
    written = torch.full((len(rows), longest), end, device=device)
    log_p = torch.zeros((len(rows), longest), device=device)
    for step in range(longest):
        log_probs = logits_of(model, state.last).log_softmax(-1)
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
        if finished >= DROP_FROM * len(rows):
            kept = (~done).nonzero()[:, 0]
            rows, chosen, done = rows[kept], chosen[kept], done[kept]
            state.keep(kept)
        state.step(chosen)
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
