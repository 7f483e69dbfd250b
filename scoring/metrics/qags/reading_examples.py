"""What the reader learns from: questions beside a passage that answers them, and beside one that does not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from scoring.metrics.asking.corpus import Passage
from scoring.metrics.qags.windows import WINDOW, Window, collate, windows
from scoring.metrics.tokens import tokenize


@dataclass(frozen=True, slots=True)
class Question:
    """A question, a context, and where its answer stands in it, in characters; None where it is not there."""

    question: str
    context: str
    span: tuple[int, int] | None

    @property
    def answer(self) -> str:
        """The answer in words, "" where there is none."""
        return self.context[slice(*self.span)] if self.span else ""


def questions(passages: Sequence[Passage], *, unanswerable: float, seed: int) -> list[Question]:
    """All questions of the passages in order. `unanswerable`: chance that one is put beside another passage instead.

    The other passage is the nearest following one of the same source (in a circle) that does not hold the answer.
    """
    chance = random.Random(seed)  # noqa: S311  reproducible, not secret
    by_source: dict[str, list[Passage]] = {}
    for passage in passages:
        by_source.setdefault(passage.source, []).append(passage)
    places = {id(passage): place for held in by_source.values() for place, passage in enumerate(held)}
    made = []
    for passage in passages:
        others, place = by_source[passage.source], places[id(passage)]
        for pair in passage.pairs:
            away = chance.random() < unanswerable
            near = (others[(place + step) % len(others)] for step in range(1, min(len(others), 20)))
            other = next((each for each in near if pair.answer.lower() not in each.text.lower()), None)
            if away and other is not None:
                made.append(Question(pair.question, other.text, None))
            else:
                made.append(Question(pair.question, passage.text, (pair.start, pair.start + len(pair.answer))))
    return made


@dataclass(frozen=True, slots=True)
class Target:
    """A window with the places of the first and the last token of the answer; 0 and 0 ([CLS]) where there is none."""

    window: Window
    first: int
    last: int


def target(question: Question, tokenizer: Any) -> Target | None:
    """None where the context is too long for one window, or the answer begins or ends beyond its tokens."""
    asked, context = (tokenize(tokenizer, [text], limit=WINDOW)[0] for text in (question.question, question.context))
    held = windows(asked.ids, context.ids, opening=tokenizer.cls_token_id, closing=tokenizer.sep_token_id)
    if len(held) != 1 or context.cut:
        return None
    if question.span is None:
        return Target(held[0], 0, 0)
    begin, end = question.span
    covered = [place for place, (first, last) in enumerate(context.spans) if first < end and last > begin]
    if not covered:
        return None
    return Target(held[0], held[0].context + covered[0], held[0].context + covered[-1])


def loss_of(model: Any, batch: Sequence[Target], *, pad: int) -> torch.Tensor:
    """Mean of the cross-entropies of the first and of the last token, nats, over [CLS] and the context."""
    held = collate([each.window for each in batch], pad=pad)
    scores = model(held["ids"], held["mask"], held["segments"])  # (batch, length, 2)
    allowed = held["context"].clone()
    allowed[:, 0] = True
    scores = scores.masked_fill(~allowed[..., None], -1e9)
    first, last = (torch.tensor([getattr(each, side) for each in batch]) for side in ("first", "last"))
    entropy = torch.nn.functional.cross_entropy
    return (entropy(scores[..., 0], first) + entropy(scores[..., 1], last)) / 2
