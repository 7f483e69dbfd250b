"""Texts as token ids with their places. Whatever a text says, it stays text: no special token comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scoring.metrics.words import without_surrogates

CHARACTERS_PER_TOKEN = 16  # a text is cut here before it is tokenised, so that 10 MB do not take half a minute


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token ids and their (start, end) in the text; `cut` where the text went on."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    cut: bool


def tokenize(tokenizer: Any, texts: Sequence[str], *, limit: int) -> list[Tokens]:
    """The first `limit` tokens of (the first 16 * limit characters of) each text; no special tokens are added.

    "<|im_end|>" or "[SEP]" inside a text become ordinary pieces of text. Lone surrogates are read as U+FFFD.
    """
    if not texts:
        return []
    most = limit * CHARACTERS_PER_TOKEN
    encoded = tokenizer(
        [without_surrogates(text[:most]) for text in texts],
        add_special_tokens=False,
        split_special_tokens=True,
        return_offsets_mapping=True,
        return_attention_mask=False,
    )
    return [
        Tokens(tuple(ids[:limit]), tuple(map(tuple, spans[:limit])), len(ids) > limit or len(text) > most)
        for text, ids, spans in zip(texts, encoded["input_ids"], encoded["offset_mapping"], strict=True)
    ]
