"""A reader that takes the answer of a question out of a context, or says that it is not there (as for SQuAD 2.0).

span(i, j) = start_i + end_j        the best with i <= j < i + 30, over all windows of the context
none       = start_CLS + end_CLS    the lowest over the windows
answer     = the best span where it is above none
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from scoring.metrics.batching import run_batched
from scoring.metrics.qags.windows import Window, collate, windows
from scoring.metrics.tokens import Tokens, tokenize

LONGEST = 30  # tokens of an answer
TOKENS_A_BATCH = 4096  # padded
CONTEXT_READ = 32768  # tokens


class SpanModel(torch.nn.Module):
    """An encoder with two scores for each token: that an answer starts, and that it ends there."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = torch.nn.Linear(encoder.config.hidden_size, 2)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
        """(batch, length, 2) of start and end scores from (batch, length) of ids, mask and segments."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=segments).last_hidden_state
        return self.head(hidden.float())  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader found. text: "" where there is no answer. margin: score of the best span above that of none."""

    text: str
    margin: float


NONE = Answer("", float("-inf"))


@dataclass(frozen=True, slots=True)
class _Best:
    span: float
    none: float
    first: int  # tokens of the context
    last: int


class Reader:
    """A span model with its tokenizer."""

    def __init__(self, model: SpanModel, tokenizer: Any, *, device: str = "cpu") -> None:
        self.model, self.tokenizer, self.device = model, tokenizer, device

    def answer(
        self, asked: Sequence[tuple[str, str]], *, before_batch: Callable[[], None] | None = None
    ) -> list[Answer]:
        """The answer of each (question, context), in the order given. A pair that comes twice is read once."""
        unique = list(dict.fromkeys(asked))
        questions = self._tokens([question for question, _ in unique])
        contexts = self._tokens([context for _, context in unique])
        pieces = [
            (place, window)
            for place, (question, context) in enumerate(unique)
            for window in windows(
                questions[question].ids,
                contexts[context].ids,
                opening=self.tokenizer.cls_token_id,
                closing=self.tokenizer.sep_token_id,
            )
        ]
        read = run_batched(
            [window for _, window in pieces],
            self._one_batch,
            length=lambda window: len(window.ids),
            token_budget=TOKENS_A_BATCH,
            before_batch=before_batch,
        )
        found: dict[int, list[_Best]] = {}
        for (place, _), best in zip(pieces, read, strict=True):
            found.setdefault(place, []).append(best)
        answers = {pair: _answer(found.get(place, []), pair[1], contexts[pair[1]]) for place, pair in enumerate(unique)}
        return [answers[pair] for pair in asked]

    def _tokens(self, texts: list[str]) -> dict[str, Tokens]:
        unique = list(dict.fromkeys(texts))
        return dict(zip(unique, tokenize(self.tokenizer, unique, limit=CONTEXT_READ), strict=True))

    @torch.inference_mode()
    def _one_batch(self, batch: list[Window]) -> list[_Best]:
        held = {key: each.to(self.device) for key, each in collate(batch, pad=self.tokenizer.pad_token_id or 0).items()}
        scores = self.model(held["ids"], held["mask"], held["segments"])  # (batch, length, 2)
        none = scores[:, 0].sum(-1)  # (batch)
        start, end = scores.masked_fill(~held["context"][..., None], -torch.inf).unbind(-1)
        length = start.shape[1]
        band = torch.ones(length, length, dtype=torch.bool, device=start.device).triu().tril(LONGEST - 1)
        spans = (start[:, :, None] + end[:, None, :]).masked_fill(~band, -torch.inf).flatten(1)
        best, place = spans.max(1)
        return [
            _Best(
                float(score),
                float(nothing),
                int(each) // length - window.context + window.first,
                int(each) % length - window.context + window.first,
            )
            for window, score, nothing, each in zip(batch, best, none, place, strict=True)
        ]


def _answer(read: list[_Best], context: str, tokens: Tokens) -> Answer:
    if not read:
        return NONE
    best = max(read, key=lambda each: each.span)
    margin = best.span - min(each.none for each in read)
    if not margin > 0:
        return Answer("", margin)
    return Answer(context[tokens.spans[best.first][0] : tokens.spans[best.last][1]], margin)
