"""Rows -> what the statistics read. The human side: current ratings that were given; the model side: predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max

from annotate.models import Corpus, Dimension, Rating
from annotate.selectors.given import given
from scoring.models import Checkpoint, Prediction


@dataclass(frozen=True, slots=True)
class Judged:
    """One given rating. item: turn id, or minus the conversation id where the conversation itself was rated."""

    conversation: int
    item: int
    rater: str
    value: Any
    split: str
    topic: str
    config: str
    system: str


def ratings_of(corpus: Corpus, dimension: Dimension) -> list[Judged]:
    """Every given, current rating with a value, in the order it was made. One query.

    A rater who judged an item in several campaigns counts once, by the last judgement.
    """
    rows = (
        Rating.objects.filter(
            given(), conversation__corpus=corpus, dimension_version__dimension=dimension, current=True, reason=""
        )
        .order_by("pk")
        .values_list(
            "conversation_id", "turn_id", "rater__pseudonym", "rater_id", "number", "label", "labels",
            "conversation__split", "conversation__topic", "conversation__config", "conversation__system",
        )
    )  # fmt: skip
    last: dict[tuple[int, int], Judged] = {}
    for conversation, turn, name, rater, number, label, labels, split, topic, config, system in rows.iterator(5000):
        value = number if number is not None else label if label is not None else frozenset(labels or ())
        item = turn if turn is not None else -conversation
        who = name or f"rater {rater}"
        last[item, rater] = Judged(conversation, item, who, value, split, topic, config, system)
    return list(last.values())


def predictions_of(corpus: Corpus, dimension: Dimension) -> dict[Checkpoint, dict[int, float | None]]:
    """checkpoint -> item -> value on the human scale where there is one, else the raw value. Two queries."""
    checkpoints = {
        row.pk: row
        for row in Checkpoint.objects.filter(dimension_version__dimension=dimension)
        .defer("card")
        .order_by("metric", "pk")
    }
    found: dict[int, dict[int, float | None]] = {pk: {} for pk in checkpoints}
    rows = Prediction.objects.filter(conversation__corpus=corpus, checkpoint__in=checkpoints).order_by("pk")
    for checkpoint, conversation, turn, value, calibrated in rows.values_list(
        "checkpoint_id", "conversation_id", "turn_id", "value", "calibrated"
    ).iterator(5000):
        item = turn if turn is not None else -conversation
        found[checkpoint][item] = calibrated if calibrated is not None else value
    return {checkpoints[pk]: values for pk, values in found.items() if values}


def seen_now(corpus: Corpus, dimension: Dimension) -> str:
    """What there is to compute from, as a short text that changes when it does. Two queries on indexes."""
    ratings = Rating.objects.filter(
        given(), conversation__corpus=corpus, dimension_version__dimension=dimension
    ).aggregate(last=Max("pk"), n=Count("pk"))
    predictions = Prediction.objects.filter(
        conversation__corpus=corpus, dimension_version__dimension=dimension
    ).aggregate(last=Max("made_at"), n=Count("pk"))
    made = predictions["last"].timestamp() if predictions["last"] else 0
    return f"{ratings['last'] or 0}:{ratings['n']}:{predictions['n']}:{made:.6f}"
