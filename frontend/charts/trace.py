"""The trace: people's mean and each model's value along the turns, as coordinates for an inline SVG."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean, stdev

from scoring.selectors.side_by_side import Judgements, SideBySide, scale_bounds

WIDTH, HEIGHT = 960.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 14.0, 14.0, 26.0
# Two-sided 95 % points of Student's t for 1, 2, ... degrees of freedom; few raters need the wide ones.
_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


@dataclass(slots=True)
class Mark:
    """A value of one turn in drawing units, with its whisker where there is one."""

    x: float
    y: float
    turn: int
    label: str
    low: float | None = None
    high: float | None = None
    dots: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """One voice: people, or one checkpoint. `path` is an SVG path with gaps where nothing was said."""

    name: str
    marks: list[Mark]
    path: str
    style: int


@dataclass(slots=True)
class Trace:
    """Everything the SVG needs; empty lines mean that nothing is on this scale."""

    width: float
    height: float
    left: float
    right: float
    people: Line | None
    models: list[Line]
    grid: list[tuple[float, str]]
    ticks: list[tuple[float, int]]
    first_divergence: Mark | None


def mean_and_interval(values: list[float]) -> tuple[float, float, float] | None:
    """(mean, low, high) with the 95 % t interval; low = high = mean for a single value; None for none."""
    if not values:
        return None
    mean = fmean(values)
    if len(values) < 2:
        return mean, mean, mean
    t = _T95[len(values) - 2] if len(values) - 2 < len(_T95) else 1.96
    half = t * stdev(values) / math.sqrt(len(values))
    return mean, mean - half, mean + half


def trace(found: SideBySide, dimension_id: int) -> Trace | None:
    """The trace of one numeric dimension; None where the scale has no bounds."""
    bounds = scale_bounds(found.dimensions[dimension_id])
    if bounds is None or bounds[0] == bounds[1]:
        return None
    lowest, highest = bounds
    count = len(found.turns)

    def x(index: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (index + 0.5) / max(count, 1), 1)

    def y(value: float) -> float:
        inside = min(max(value, lowest), highest)
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (highest - inside) / (highest - lowest), 1)

    people: list[Mark | None] = []
    models: dict[int, tuple[str, list[Mark | None]]] = {}
    for turn in found.turns:
        for mark in found.of(turn.pk, dimension_id).models:
            if mark.at is not None:
                checkpoint = mark.prediction.checkpoint
                models.setdefault(checkpoint.pk, (str(checkpoint), [None] * count))
    divergence: Mark | None = None
    for turn in found.turns:
        cell = found.of(turn.pk, dimension_id)
        people.append(_human(cell, turn.index, x(turn.index), y))
        for model in cell.models:
            if model.at is None:
                continue
            drawn = Mark(
                x(turn.index),
                y(model.at),
                turn.index,
                f"{model.metric} {model.at:.2f}",
                y(model.low) if model.low is not None else None,
                y(model.high) if model.high is not None else None,
            )
            models[model.prediction.checkpoint_id][1][turn.index] = drawn
            if divergence is None and _outside(model.low, model.high, cell):
                divergence = drawn
    step = max(1, count // 24)
    return Trace(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        people=_line("people", people, 0) if any(people) else None,
        models=[_line(name, marks, place) for place, (name, marks) in enumerate(models.values(), start=1)],
        grid=[
            (y(point["value"]), f"{point['value']:g}")
            for point in found.dimensions[dimension_id].scale
            if isinstance(point["value"], int | float)
        ],
        ticks=[(x(turn.index), turn.index + 1) for turn in found.turns if turn.index % step == 0],
        first_divergence=divergence,
    )


def _human(cell: Judgements, index: int, x: float, y: Callable[[float], float]) -> Mark | None:
    interval = mean_and_interval(cell.numbers)
    if interval is None:
        return None
    mean, low, high = interval
    single = len(cell.numbers) < 2
    return Mark(
        x,
        y(mean),
        index,
        f"people {mean:.2f} ({len(cell.numbers)})",
        None if single else y(low),
        None if single else y(high),
        [y(value) for value in cell.numbers],
    )


def _outside(low: float | None, high: float | None, cell: Judgements) -> bool:
    """The people's mean lies outside the model's own interval."""
    if low is None or high is None or not cell.numbers:
        return False
    return not low <= fmean(cell.numbers) <= high


def _line(name: str, marks: list[Mark | None], style: int) -> Line:
    path, pen_down = [], False
    for mark in marks:
        if mark is None:
            pen_down = False
            continue
        path.append(f"{'L' if pen_down else 'M'}{mark.x} {mark.y}")
        pen_down = True
    return Line(name, [mark for mark in marks if mark is not None], " ".join(path), style)
