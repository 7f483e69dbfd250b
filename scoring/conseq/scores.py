"""What chooses the texts that are learned from: QUALS, or in its place ROUGE against the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scoring.conseq.items import Item
from scoring.conseq.kept import Line
from scoring.metrics.api import Metric
from scoring.metrics.rouge import f1


def by_metric(metric: Metric, samples: Mapping[str, Sequence[str]]) -> Callable[[Sequence[Item]], list[Line]]:
    """Scores the reference and the samples of items in one call, so that a source is read once for all of them."""

    def score(items: Sequence[Item]) -> list[Line]:
        texts = [(item, [item.reference, *samples[item.id]]) for item in items]
        scores = iter(metric.score([item.with_text(text) for item, held in texts for text in held]))
        lines: list[Line] = []
        for _, held in texts:
            reference, *others = [next(scores)[0] for _ in held]
            lines.append({"reference": reference.value, "samples": [each.value for each in others]})
        return lines

    return score


def by_rouge(samples: Mapping[str, Sequence[str]]) -> Callable[[Sequence[Item]], list[Line]]:
    """The mean of ROUGE-1, -2 and -L (F1) against the reference, which itself has 1."""

    def score(items: Sequence[Item]) -> list[Line]:
        return [
            {"reference": 1.0, "samples": [mean_rouge(text, item.reference) for text in samples[item.id]]}
            for item in items
        ]

    return score


def mean_rouge(text: str, reference: str) -> float:
    """Mean F1 of ROUGE-1, -2 and -L, 0 to 1."""
    found = f1(text, reference)
    return sum(found.values()) / len(found)
