"""What can be asked about in a text: its named entities and its noun chunks, as spaCy finds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import spacy

from scoring.metrics.api import Unavailable
from scoring.metrics.backbones import path
from scoring.metrics.qags.answers import normalised
from scoring.metrics.words import content_words, without_surrogates


class Finder:
    """A spaCy pipeline with a tagger, a parser and a recogniser of names. Raises `Unavailable`."""

    def __init__(self, pipeline: str) -> None:
        folder = path(pipeline)
        try:
            self.nlp: Any = spacy.load(folder, exclude=["senter", "lemmatizer"])
        except (OSError, ValueError) as error:
            raise Unavailable(f"The pipeline {pipeline} in {folder} cannot be loaded: {error}") from error

    def candidates(self, texts: Sequence[str], *, most: int) -> list[list[str]]:
        """At most `most` different answers for each text, entities before noun chunks, each kind in text order."""
        documents = self.nlp.pipe(map(without_surrogates, texts))
        return [
            different(
                [span.text for span in (*document.ents, *document.noun_chunks)],
                most=most,
            )
            for document in documents
        ]


def different(spans: Iterable[str], *, most: int) -> list[str]:
    """The first `most` spans that differ once normalised; those without a content word ("it", "the") are left out."""
    kept: dict[str, str] = {}
    for span in spans:
        answer = " ".join(span.split())
        if content_words(answer):
            kept.setdefault(normalised(answer), answer)
    kept.pop("", None)
    return list(kept.values())[:most]
