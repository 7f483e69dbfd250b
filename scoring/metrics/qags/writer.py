"""Questions for answers, by beam search, for many passages and answers at once; a passage is read once for all of them.

Beams end as published (fairseq, "early stopping"): when as many are finished as there are beams. The likelihood of a
question is the mean log p of its tokens and of its end, in nats.

It stands on the steps that QUALS writes with (`asking.decoding`), so that the two are batched alike: prefixes are read
once, and answers that are done leave the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from scoring.metrics.asking.decoding import Causal
from scoring.metrics.asking.writing import DROP_FROM
from scoring.metrics.likelihood.packs import Ids
from scoring.metrics.likelihood.states import logits_of


@dataclass(frozen=True, slots=True)
class Written:
    """ids: of a question, without its end. likelihood: nats a token."""

    ids: Ids
    likelihood: float


@torch.inference_mode()
def write(
    model: Any, wanted: Sequence[tuple[Ids, Sequence[Ids]]], *, beams: int, shortest: int, longest: int, end: int
) -> list[list[list[Written]]]:
    """For each (passage, answers), for each answer, at most `beams` questions, the likeliest first.

    model: a causal LM. beams: at least 2. shortest, longest: tokens before and with the end. A beam that was cut at
    `longest` is no question. Every passage has at least one token, and at least one answer of at least one token.
    """
    state = Causal(model, [passage for passage, _ in wanted], pad=end)
    device = state.last.device
    owners = [place for place, (_, answers) in enumerate(wanted) for _ in answers]
    state.keep(torch.tensor(owners, device=device))
    state.read([answer for _, answers in wanted for answer in answers], pad=end)
    state.repeat(beams)
    found = _search(state, model, beams=beams, shortest=shortest, longest=longest, end=end)
    left = iter(found)
    return [[_best(next(left), beams) for _ in answers] for _, answers in wanted]


Finished = list[tuple[float, Ids | None]]
"""(mean log p, ids without the end), of what was cut without ids."""


def _search(state: Causal, model: Any, *, beams: int, shortest: int, longest: int, end: int) -> list[Finished]:
    """What was finished behind each answer. Rows are answers times beams, and those of an answer share its prefix."""
    device, count, prefix = state.last.device, len(state.last) // beams, state.width
    finished: list[Finished] = [[] for _ in range(count)]
    answers = torch.arange(count, device=device)  # those still in the batch
    totals = torch.full((count, beams), -torch.inf, device=device)
    totals[:, 0] = 0  # all beams begin alike: one of them goes on
    done = torch.zeros(count, dtype=torch.bool, device=device)
    own = torch.empty((count, beams, 0), dtype=torch.long, device=device)
    for step in range(longest):
        log_probs = logits_of(model, state.last).log_softmax(-1)
        if step < shortest:
            log_probs[:, end] = -torch.inf
        size = log_probs.shape[1]
        options = (totals[:, :, None] + log_probs.view(-1, beams, size)).flatten(1).topk(2 * beams)
        parents, tokens = options.indices // size, options.indices % size
        last = step == longest - 1
        closed = (tokens == end)[:, :beams] | last  # (answers, rank)
        for place, rank in (closed & ~done[:, None]).nonzero().tolist():
            ended = bool(tokens[place, rank] == end)
            ids: Ids | None = tuple(own[place, parents[place, rank]].tolist()) if ended else None
            finished[int(answers[place])].append((float(options.values[place, rank]) / (step + 1), ids))
        done = torch.tensor([len(finished[answer]) >= beams for answer in answers.tolist()], device=device)
        if last or bool(done.all()):
            break
        going_on = (tokens == end).int().argsort(dim=1, stable=True)[:, :beams]  # the likeliest that have not ended
        parents, tokens, totals = (each.gather(1, going_on) for each in (parents, tokens, options.values))
        own = torch.cat([own.gather(1, parents[:, :, None].expand(-1, -1, step)), tokens[:, :, None]], 2)
        rows = (torch.arange(len(answers), device=device)[:, None] * beams + parents).flatten()
        if int(done.sum()) >= DROP_FROM * len(answers):
            kept = ~done
            answers, totals, own, tokens, done = (each[kept] for each in (answers, totals, own, tokens, done))
            state.keep(rows.view(-1, beams)[kept].flatten())
        else:
            state.swap(rows, since=prefix)
        state.step(tokens.flatten())
    return finished


def _best(finished: Finished, beams: int) -> list[Written]:
    ranked = sorted(finished, key=lambda each: -each[0])[:beams]
    return [Written(ids, likelihood) for likelihood, ids in ranked if ids]
