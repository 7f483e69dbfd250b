"""A metric small enough to know its answers, and a checkpoint row for it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import ClassVar

from annotate.models import Corpus, DimensionVersion
from scoring.actions.request_run import request_run
from scoring.actions.score_shard import claim_shard, score_shard
from scoring.metrics.api import Dialogue, Example, Grounded, Metric, Reads, Score
from scoring.models import Checkpoint, Run

_numbers = itertools.count(1)


class Counting:
    """Scores turn i of a dialogue with i, calling back before each example; breaks where it is told to."""

    name: ClassVar[str] = "length"
    reads: ClassVar[Reads] = "dialogue"
    dimension: ClassVar[str] = "interaction_quality"
    signature = "counting|v:1"

    def __init__(self, *, at_example: Callable[[int], None] = lambda number: None) -> None:
        self.at_example = at_example

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        scores: list[tuple[Score, ...]] = []
        for number, example in enumerate(examples):
            self.at_example(number)
            if before_batch:
                before_batch()
            assert isinstance(example, Dialogue)
            scores.append(tuple(Score(float(i), evidence={"index": i}) for i in range(len(example.turns))))
        return scores


class Known(Counting):
    """Scores a grounded text 1 where it has a source and says why where it has none."""

    name = "overlap"
    reads = "grounded"
    dimension = "factual_consistency"
    signature = "known|v:1"

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        assert all(isinstance(example, Grounded) for example in examples)
        return [(Score(1.0),) if example.source else (Score(None, "knowledge missing"),) for example in examples]


def make_checkpoint(metric: str = "length", *, unavailable: str = "") -> Checkpoint:
    """A usable checkpoint of a metric, on the shipped dimension."""
    key = "interaction_quality" if metric in ("length", "iq") else "factual_consistency"
    return Checkpoint.objects.create(
        metric=metric,
        name="test",
        digest=f"{next(_numbers):064d}",
        signature=f"{metric}|v:1",
        dimension_version=DimensionVersion.objects.get(dimension__key=key, number=1),
        unavailable=unavailable,
    )


def make_run(corpus: Corpus, checkpoint: Checkpoint | None = None) -> Run:
    """A queued run over the whole corpus."""
    return request_run(checkpoint=checkpoint or make_checkpoint(), corpus=corpus, slice={}, requested_by=None)


def work(metric: Metric | Counting, *, worker: str = "w1") -> int:
    """What a worker does: shard after shard until none waits; returns how many."""
    taken = 0
    while (shard := claim_shard(worker=worker)) is not None:
        taken += 1
        assert taken < 200, "the same shards come again and again"
        score_shard(shard=shard, load=lambda checkpoint: metric)  # type: ignore[arg-type, return-value]
    return taken
