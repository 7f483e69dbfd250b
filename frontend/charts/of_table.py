"""The plot of a table of an analysis: calibration as panels, anything with intervals as rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from frontend.charts.calibrated import Calibrated, calibrated
from frontend.charts.intervals import Intervals, intervals

_MOST_ROWS = 60
_RATHER = "Spearman"


@dataclass(frozen=True, slots=True)
class Plot:
    """template: draws `chart`. title: what is drawn. left_out: values that did not fit."""

    template: str
    title: str
    chart: Intervals | Calibrated
    left_out: int = 0


def plot_of(table: Mapping[str, Any], link: Callable[[str], str] = lambda where: "") -> Plot | None:
    """None where the table has no value with an interval. link: from a cell's filters to the address of its items."""
    if table["key"] == "calibration":
        bins = [
            {"name": name, "bin": values, "n": n, "metric": metric, "link": _linked(people, link), **_three(people)}
            for name, values, n, metric, people in table["rows"]
            if people["value"] is not None
        ]
        panels = calibrated(bins)
        title = f"{table['title']}: people's mean by the metric's mean, 95 % intervals"
        return Plot("frontend/charts/_calibrated.svg", title, panels) if panels else None
    head = table["head"]
    columns = [at for at in range(len(head)) if any(isinstance(line[at], dict) for line in table["rows"])]
    if not columns:
        return None
    several = table["key"] == "slices" and len(columns) > 1  # a column for each metric
    drawn = columns if several else [next((at for at in columns if head[at] == _RATHER), columns[0])]
    rows = []
    for line in table["rows"]:
        name = " · ".join(cell for cell in line if isinstance(cell, str) and cell)
        for at in drawn:
            if isinstance(line[at], dict) and line[at]["value"] is not None:
                named = f"{name} · {head[at]}" if several else name
                rows.append({"name": named, "link": _linked(line[at], link), **_three(line[at])})
    chart = intervals(rows[:_MOST_ROWS])
    what = table["title"] if several else f"{table['title']}: {head[drawn[0]]}"
    return Plot("frontend/charts/_intervals.svg", what, chart, len(rows[_MOST_ROWS:])) if chart else None


def _three(cell: Mapping[str, Any]) -> dict[str, Any]:
    return {key: cell[key] for key in ("value", "low", "high")}


def _linked(cell: Mapping[str, Any], link: Callable[[str], str]) -> str:
    return link(cell["where"]) if cell.get("where") else ""
