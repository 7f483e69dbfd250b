"""Figures of one row on one set, with 95 % intervals by bootstrap over dialogues."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.iq.agreement import average_precision, calibration_error, f1, pearson, roc_auc, spearman
from scoring.metrics.iq.objectives import DEFECT_BELOW
from scoring.metrics.iq.results.predictions import Judged

REPLICATES = 1000
Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and its 95 % interval (percentiles of the bootstrap)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Judged turns as arrays. defect: the row's probability; where it has none, higher for a lower value."""

    rating: Column
    value: Column
    defect: Column
    low: Column
    high: Column

    def take(self, rows: NDArray[np.int64]) -> Columns:
        """Some of the turns, repeats allowed."""
        return Columns(*(getattr(self, name)[rows] for name in self.__slots__))


def columns_of(judged: Sequence[Judged]) -> Columns:
    """The arrays."""
    missing = float("nan")
    value = np.array([one.value for one in judged])
    defect = np.array([missing if one.defect is None else one.defect for one in judged])
    return Columns(
        np.array([one.rating for one in judged]),
        value,
        np.where(np.isnan(defect), -value, defect),
        np.array([missing if one.low is None else one.low for one in judged]),
        np.array([missing if one.high is None else one.high for one in judged]),
    )


def measures(threshold: float | None) -> dict[str, Callable[[Columns], float]]:
    """Name -> figure. threshold: on the defect score, chosen on the tune part."""

    def bad(held: Columns) -> NDArray[np.bool_]:
        return held.rating < DEFECT_BELOW

    found: dict[str, Callable[[Columns], float]] = {
        "spearman": lambda held: spearman(held.value, held.rating),
        "pearson": lambda held: pearson(held.value, held.rating),
        "auc": lambda held: roc_auc(held.defect, bad(held)),
        "average_precision": lambda held: average_precision(held.defect, bad(held)),
        "calibration_error": lambda held: _calibration(held, bad(held)),
        "coverage": _coverage,
        "width": lambda held: float(np.mean(held.high - held.low)),
    }
    if threshold is not None:
        found["f1"] = lambda held: f1(held.defect >= threshold, bad(held))
    return found


def figures(
    judged: Sequence[Judged], *, threshold: float | None = None, replicates: int = REPLICATES, seed: int = 0
) -> dict[str, dict[str, Figure]]:
    """domain, and "macro" (the mean of the domains' figures) -> measure -> Figure.

    Dialogues are drawn with replacement within each domain; the macro figure is taken anew in every replicate.
    """
    point, drawn = _replicates(judged, measures(threshold), replicates, seed)
    return {
        domain: {name: _figure(value, drawn[domain][name]) for name, value in held.items()}
        for domain, held in point.items()
    }


Scored = tuple[Sequence[Judged], float | None]


def differences(
    ones: Sequence[Scored],
    others: Sequence[Scored],
    names: Sequence[str] = ("f1", "spearman"),
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> dict[str, Figure]:
    """measure -> macro figure of `ones` less that of `others`, on the same draws of dialogues; means over seeds.

    ones, others: (judged, threshold) of each seed, all over the same turns in the same order.
    """
    sides = []
    for side in (ones, others):
        held = []
        for judged, threshold in side:
            wanted = {name: measure for name, measure in measures(threshold).items() if name in names}
            held.append(_replicates(judged, wanted, replicates, seed))
        sides.append(held)
    found = {}
    for name in names:
        value = [float(np.mean([held[0]["macro"][name] for held in side])) for side in sides]
        drawn = [np.mean([held[1]["macro"][name] for held in side], axis=0) for side in sides]
        found[name] = _figure(value[0] - value[1], drawn[0] - drawn[1])
    return found


def _replicates(
    judged: Sequence[Judged], wanted: Mapping[str, Callable[[Columns], float]], replicates: int, seed: int
) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, Column]]]:
    """Per domain and macro: the figures, and those of every replicate. What is drawn depends on the seed alone."""
    generator = np.random.default_rng(seed)
    point: dict[str, dict[str, float]] = {}
    drawn: dict[str, dict[str, Column]] = {}
    for domain in sorted({one.domain for one in judged}):
        rows = [one for one in judged if one.domain == domain]
        held, groups = columns_of(rows), _groups(rows)
        samples = [held.take(_draw(groups, generator)) for _ in range(replicates)]
        point[domain] = {name: measure(held) for name, measure in wanted.items()}
        drawn[domain] = {name: np.array([measure(one) for one in samples]) for name, measure in wanted.items()}
    domains = list(point)
    point["macro"] = {name: float(np.mean([point[domain][name] for domain in domains])) for name in wanted}
    drawn["macro"] = {name: np.mean([drawn[domain][name] for domain in domains], axis=0) for name in wanted}
    return point, drawn


def human_ceiling(judged: Sequence[Judged], *, seed: int = 0, repeats: int = 20) -> dict[str, dict[str, float]]:
    """domain, macro -> Spearman and AUC of one rater, drawn at random, against the mean of the others."""
    generator = np.random.default_rng(seed)
    found: dict[str, dict[str, float]] = {}
    for domain in sorted({one.domain for one in judged}):
        rows = [one.votes for one in judged if one.domain == domain and len(one.votes) > 1]
        if not rows:
            continue
        results = []
        for _ in range(repeats):
            picks = [int(generator.integers(len(votes))) for votes in rows]
            alone = np.array([votes[pick] for votes, pick in zip(rows, picks, strict=True)])
            rest = np.array(
                [(sum(votes) - votes[pick]) / (len(votes) - 1) for votes, pick in zip(rows, picks, strict=True)]
            )
            results.append((spearman(alone, rest), roc_auc(-alone, rest < DEFECT_BELOW)))
        found[domain] = dict(zip(("spearman", "auc"), np.mean(results, axis=0).tolist(), strict=True))
    found["macro"] = {name: float(np.mean([one[name] for one in found.values()])) for name in ("spearman", "auc")}
    return found


def as_json(found: Mapping[str, Mapping[str, Figure]]) -> dict[str, dict[str, list[float]]]:
    """[value, low, high], rounded."""
    return {
        domain: {name: [round(one.value, 4), round(one.low, 4), round(one.high, 4)] for name, one in held.items()}
        for domain, held in found.items()
    }


def _groups(judged: Sequence[Judged]) -> list[NDArray[np.int64]]:
    places: dict[str, list[int]] = {}
    for place, one in enumerate(judged):
        places.setdefault(one.dialogue, []).append(place)
    return [np.array(held, dtype=np.int64) for held in places.values()]


def _draw(groups: list[NDArray[np.int64]], generator: np.random.Generator) -> NDArray[np.int64]:
    return np.concatenate([groups[pick] for pick in generator.integers(len(groups), size=len(groups))])


def _figure(value: float, drawn: Column) -> Figure:
    usable = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(usable):
        return Figure(float("nan"), float("nan"), float("nan"))
    low, high = np.percentile(usable, [2.5, 97.5])
    return Figure(value, float(low), float(high))


def _calibration(held: Columns, bad: NDArray[np.bool_]) -> float:
    if held.defect.min() < 0 or held.defect.max() > 1:
        return float("nan")  # the row gives no probability
    return calibration_error(held.defect, bad.tolist())


def _coverage(held: Columns) -> float:
    if np.isnan(held.low).any():
        return float("nan")
    return float(np.mean((held.rating >= held.low - 1e-9) & (held.rating <= held.high + 1e-9)))
