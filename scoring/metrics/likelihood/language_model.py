"""log p of texts after prefixes, with a frozen language model, causal or with an encoder and a decoder."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from scoring.metrics.backbones.load import DTYPES, load_language_model, load_tokenizer
from scoring.metrics.batching import run_batched
from scoring.metrics.likelihood.packs import Ids, Pack, packs
from scoring.metrics.likelihood.states import logits_of, text_states
from scoring.metrics.tokens import tokenize

TOKENS_A_BATCH = 4096  # padded; activations stay under 1 GB in fp32
_MOST_TEXT_A_PACK = 1024  # tokens
LOGITS_AT_ONCE = 256  # positions times 49,152 entries in fp32 are 50 MB


def room_behind(prefix: int) -> int:
    """Tokens of text behind a prefix of so many tokens, for the least work.

    A sequence of n tokens costs n + n * n / 3000 (products with weights, then attention, in this model). Spread over
    the texts that it holds, that is least where their tokens number sqrt(prefix * (prefix + 3000)).
    """
    return min(max(math.isqrt(prefix * (prefix + 3000)), 64), _MOST_TEXT_A_PACK)


class LanguageModel:
    """A language model and its tokenizer in memory. Raises `Unavailable` where they are not to be had.

    room: tokens of text that share one reading of a prefix, by its length.
    """

    room: Callable[[int], int] = staticmethod(room_behind)

    def __init__(self, backbone: str, *, device: str, dtype: str) -> None:
        self.tokenizer: Any = load_tokenizer(backbone)
        self.model: Any = load_language_model(backbone, device=device, dtype=dtype)
        self.device, self.dtype = device, DTYPES[dtype]
        self.start = _start_token(self.tokenizer)
        self.paragraph_break = tokenize(self.tokenizer, ["\n\n"], limit=8)[0].ids

    def log_probs(
        self, wanted: Mapping[Ids, Sequence[Ids]], *, before_batch: Callable[[], None] | None = None
    ) -> dict[tuple[Ids, Ids], tuple[float, ...]]:
        """(prefix, text) -> natural log p of each token of the text, given the prefix and the text before it."""
        results = run_batched(
            list(packs(wanted, room=self.room)),
            self._one_batch,
            length=lambda pack: pack.length,
            token_budget=TOKENS_A_BATCH,
            before_batch=before_batch,
        )
        return {pair: values for part in results for pair, values in part.items()}

    @torch.inference_mode()
    def _one_batch(self, batch: list[Pack]) -> list[dict[tuple[Ids, Ids], tuple[float, ...]]]:
        flat = text_states(self.model, batch, pad=self.start, dtype=self.dtype)  # (text tokens of the batch, width)
        targets = [token for pack in batch for text in pack.texts for token in text]
        values: list[float] = []
        for first in range(0, len(targets), LOGITS_AT_ONCE):
            chosen = torch.tensor(targets[first : first + LOGITS_AT_ONCE], device=self.device)
            logits = logits_of(self.model, flat[first : first + LOGITS_AT_ONCE])  # (positions, vocabulary)
            values += (logits.gather(1, chosen[:, None])[:, 0] - logits.logsumexp(dim=1)).tolist()
        left = iter(values)
        return [
            {(pack.prefix, text): tuple(itertools.islice(left, len(text))) for text in pack.texts} for pack in batch
        ]


def _start_token(tokenizer: Any) -> int:
    """What stands before a document: the end-of-text token of the pretraining mix, else the model's own first token.

    SmolLM2-Instruct calls <|im_start|> its first token, which opens a chat turn and not a text.
    """
    vocabulary = tokenizer.get_vocab()
    for token in ("<|endoftext|>", tokenizer.bos_token, tokenizer.eos_token):
        if token in vocabulary:
            return int(vocabulary[token])
    raise ValueError("the tokenizer has no token that can stand before a text")
