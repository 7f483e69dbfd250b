"""What is measured of each output: nearness to the reference, faithfulness to the source, and how much is copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scoring.conseq.items import Item
from scoring.conseq.kept import Line
from scoring.metrics.api import Metric
from scoring.metrics.overlap import Overlap
from scoring.metrics.rouge import f1, ngram_precision, rouge_words

COPIED = 3  # words in a row

MEASURES = {
    "rouge1": "ROUGE-1",
    "rouge2": "ROUGE-2",
    "rougeL": "ROUGE-L",
    "quals": "QUALS",
    "qags": "QAGS",
    "overlap": "word overlap",
    "copied": "copied trigrams",
    "words": "words",
}
"""Key -> heading. ROUGE is F1 against the reference; overlap and copied trigrams are shares of the output that the
source has; QUALS and QAGS are their raw values."""


def measure(texts: Mapping[str, str], metrics: Mapping[str, Metric]) -> Callable[[Sequence[Item]], list[Line]]:
    """Measures the text of each item; None stands for what has no value (no claim, no pair, no trigram).

    metrics: "quals", and "qags" where it is wanted.
    """
    overlap = Overlap()

    def work(items: Sequence[Item]) -> list[Line]:
        examples = [item.with_text(texts[item.id]) for item in items]
        lines: list[Line] = [
            {"text": example.text, **counted(example.text, item)} for example, item in zip(examples, items, strict=True)
        ]
        for key, metric in (("overlap", overlap), *metrics.items()):
            for line, (score,) in zip(lines, metric.score(examples), strict=True):
                line[key] = score.value
                if score.value is None:
                    line[f"{key}_reason"] = score.reason
        return lines

    return work


def counted(text: str, item: Item) -> dict[str, Any]:
    """What needs no model: ROUGE, copied trigrams, length."""
    words = rouge_words(text)
    copied = ngram_precision(words, rouge_words(item.source), COPIED)
    return {**f1(text, item.reference), "copied": copied, "words": len(words)}
