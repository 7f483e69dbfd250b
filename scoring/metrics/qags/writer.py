"""Questions for answers, by beam search, for many passages and answers at once; a passage is read once for all of them.

Beams end as published (fairseq, "early stopping"): when as many are finished as there are beams. The likelihood of a
question is the mean log p of its tokens and of its end, in nats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import GenerationConfig

from scoring.metrics.likelihood.packs import Ids


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
    device = model.lm_head.weight.device
    ids, mask = padded([passage for passage, _ in wanted], end, device)
    read = model.model(
        input_ids=ids, attention_mask=mask, position_ids=(mask.cumsum(1) - 1).clamp(min=0), use_cache=True
    )
    owners = [place for place, (_, answers) in enumerate(wanted) for _ in answers]
    cache = read.past_key_values
    cache.batch_select_indices(torch.tensor([owner for owner in owners for _ in range(beams)], device=device))
    answer_ids, answer_mask = padded([answer for _, answers in wanted for answer in answers], end, device)
    out = model.generate(
        input_ids=torch.cat([ids[owners], answer_ids], 1),
        attention_mask=torch.cat([mask[owners], answer_mask], 1),
        past_key_values=cache,
        generation_config=GenerationConfig(
            num_beams=beams,
            num_return_sequences=beams,
            do_sample=False,
            early_stopping=True,
            length_penalty=1.0,
            min_new_tokens=shortest,
            max_new_tokens=longest,
            eos_token_id=end,
            pad_token_id=end,
            return_dict_in_generate=True,
            output_scores=True,
        ),
    )
    first = ids.shape[1] + answer_ids.shape[1]
    rows = [
        Written(tuple(row[: row.index(end)]), likelihood) if end in row[1:] and row[0] != end else None
        for row, likelihood in zip(out.sequences[:, first:].tolist(), out.sequences_scores.tolist(), strict=True)
    ]
    left = iter(range(0, len(rows), beams))
    return [
        [[each for each in rows[place : place + beams] if each] for place in (next(left) for _ in answers)]
        for _, answers in wanted
    ]


def padded(sequences: Sequence[Ids], pad: int, device: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """ids and mask, (sequences, longest), padded on the left."""
    width = max(map(len, sequences))
    ids = torch.full((len(sequences), width), pad, device=device)
    mask = torch.zeros((len(sequences), width), dtype=torch.long, device=device)
    for row, sequence in enumerate(sequences):
        ids[row, width - len(sequence) :] = torch.tensor(sequence, device=device)
        mask[row, width - len(sequence) :] = 1
    return ids, mask
