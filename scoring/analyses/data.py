"""Rows -> what the statistics read. The human side: current ratings that were given; the model side: predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from annotate.models import (
    Campaign,
    Corpus,
    Dimension,
    DimensionVersion,
    Rater,
    Rating,
    ReadRating,
    Turn,
    TurnTime,
)
from annotate.models.campaign import Purpose, TaskState
from annotate.selectors.given import given
from annotate.selectors.known import gold_tasks, hits_among
from annotate.selectors.maps import newest_map, newest_version, versions_alike
from scoring.models import Checkpoint, Prediction
from scoring.selectors.counted import counted_signature


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
    seconds: float | None = None  # active time on the turn, over all its questions
    chance: float | None = None  # with which its campaign drew the conversation; None: nothing was drawn


def ratings_of(
    corpus: Corpus,
    dimension: Dimension,
    campaign: Campaign | None = None,
    *,
    version: DimensionVersion | None = None,
) -> list[Judged]:
    """Every given, current rating with a value, of one campaign or of all and imports, in the order made.

    As read on one version of the dimension (None: the newest): what was said on others follows the maps, what they
    cannot tell is left out. A rater who judged an item in several campaigns counts once, by the last judgement. Two
    queries, and one for the newest version.
    """
    rows = (
        _given(corpus, version or newest_version(dimension.pk), campaign)
        .filter(current=True, reason="")
        .order_by("rating")
        .values_list(
            "conversation_id", "turn_id", "rater__pseudonym", "rater_id", "number", "label", "labels",
            "conversation__split", "conversation__topic", "conversation__config", "conversation__system",
            "task_id", "turn__index", "task__item__chance",
        )
    )  # fmt: skip
    seconds = _seconds(corpus)
    names: dict[str, int] = {}
    last: dict[tuple[int, int], Judged] = {}
    for row in rows.iterator(5000):
        conversation, turn, name, rater, number, label, labels, split, topic, config, system, task, index, chance = row
        value = number if number is not None else label if label is not None else frozenset(labels or ())
        item = turn if turn is not None else -conversation
        who = name or f"rater {rater}"
        if names.setdefault(who, rater) != rater:  # a role of the import may be called as a person is
            who = f"{who} #{rater}"
        spent = seconds.get((task, index))
        last[item, rater] = Judged(conversation, item, who, value, split, topic, config, system, spent, chance)
    return list(last.values())


def _given(corpus: Corpus, version: DimensionVersion, campaign: Campaign | None) -> QuerySet[ReadRating]:
    found = ReadRating.objects.filter(given(), conversation__corpus=corpus, version=version)
    return found if campaign is None else found.filter(task__campaign=campaign)


def gold_of(corpus: Corpus, dimension: Dimension, campaign: Campaign | None = None) -> dict[str, list[bool]]:
    """rater -> of the answers to gold on this dimension, in the order given, which were as expected. Four queries."""
    campaigns = [campaign] if campaign is not None else list(Campaign.objects.filter(corpus=corpus))
    versions = set(DimensionVersion.objects.filter(dimension=dimension).values_list("pk", flat=True))
    found: dict[int, list[bool]] = {}
    for hit in hits_among(gold_tasks(campaigns)):
        if hit.question in versions:
            found.setdefault(hit.rater, []).append(hit.right)
    names = dict(Rater.objects.filter(pk__in=found).values_list("pk", "pseudonym"))
    return {names[rater]: hits for rater, hits in found.items()}


def _seconds(corpus: Corpus) -> dict[tuple[int | None, int | None], float]:
    """(task, turn index) -> active seconds, where some were measured."""
    times = TurnTime.objects.filter(task__item__conversation__corpus=corpus, active_ms__gt=0)
    return {(task, index): ms / 1000 for task, index, ms in times.values_list("task_id", "turn_index", "active_ms")}


def predictions_of(corpus: Corpus, version: DimensionVersion) -> dict[Checkpoint, dict[int, float | None]]:
    """checkpoint -> item -> value on the human scale where there is one, else the raw value.

    Of checkpoints that speak on this version, or on one that differs in words alone; of several settings of one, the
    one that counts. Two queries, and one a checkpoint.
    """
    checkpoints = {
        row.pk: row
        for row in Checkpoint.objects.filter(dimension_version__in=versions_alike(version))
        .defer("card")
        .order_by("metric", "pk")
    }
    found: dict[int, dict[int, float | None]] = {pk: {} for pk in checkpoints}
    counted = Q()
    for row in checkpoints.values():
        counted |= Q(checkpoint=row, signature=counted_signature(corpus, row))
    rows = Prediction.objects.filter(counted, conversation__corpus=corpus, checkpoint__in=checkpoints).order_by("pk")
    for checkpoint, conversation, turn, value, calibrated in rows.values_list(
        "checkpoint_id", "conversation_id", "turn_id", "value", "calibrated"
    ).iterator(5000):
        item = turn if turn is not None else -conversation
        found[checkpoint][item] = calibrated if calibrated is not None else value
    return {checkpoints[pk]: values for pk, values in found.items() if values}


def baselines_of(judged: Sequence[Judged]) -> dict[str, dict[int, float | None]]:
    """name -> item -> what needs no model: words of the turn, its place. Empty for conversations. One query."""
    turns = Turn.objects.filter(pk__in={each.item for each in judged if each.item > 0}).order_by("pk")
    words: dict[int, float | None] = {}
    place: dict[int, float | None] = {}
    for pk, index, text in turns.values_list("pk", "index", "text").iterator(5000):
        words[pk], place[pk] = len(text.split()), index
    return {"baseline: words of the turn": words, "baseline: place in the conversation": place} if words else {}


def seen_now(corpus: Corpus, dimension: Dimension, campaign: Campaign | None = None, *, version: int = 0) -> str:
    """What there is to compute from, as a short text that changes when it does. Five queries.

    version: of the code that computes; another one makes what was computed old.
    """
    said = _given(corpus, newest_version(dimension.pk), campaign)
    ratings = said.aggregate(last=Max("rating"), n=Count("rating"), erased=Count("rating__erased_at"))
    gold = Rating.objects.filter(
        task__purpose=Purpose.GOLD,
        task__state=TaskState.SUBMITTED,
        task__item__withdrawn=False,
        conversation__corpus=corpus,
        dimension_version__dimension=dimension,
    ).count()
    predictions = Prediction.objects.filter(
        conversation__corpus=corpus, dimension_version__dimension=dimension
    ).aggregate(last=Max("made_at"), n=Count("pk"))
    made = predictions["last"].timestamp() if predictions["last"] else 0
    people = f"{ratings['last'] or 0}:{ratings['n']}:{ratings['erased']}:m{newest_map()}:{gold}"
    return f"v{version}:{people}:{predictions['n']}:{made:.6f}"
