"""Figures as Markdown."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from scoring.metrics.iq.corpora import data_folder
from scoring.metrics.iq.results.figures import Figure, figures
from scoring.metrics.iq.results.items import items
from scoring.metrics.iq.results.keep import KEPT
from scoring.metrics.iq.results.predictions import Judged, join, read_predictions

Found = Mapping[str, Mapping[str, Figure]]


@lru_cache(maxsize=4)
def _items(name: str) -> Any:
    return items(name, data_folder())


def was_run(key: str, name: str = "uss") -> bool:
    """Whether the row's predictions on a set are kept."""
    return (KEPT / f"{key}.{name}.jsonl").exists()


def facts_of(key: str) -> dict[str, Any]:
    """What is kept about the row's training."""
    held: dict[str, Any] = json.loads((KEPT / f"{key.removesuffix('.retrospective')}.json").read_text(encoding="utf-8"))
    return held


@lru_cache(maxsize=64)
def judged_of(key: str, name: str) -> tuple[Judged, ...]:
    """Rated turns with the row's predictions."""
    return tuple(join(_items(name), read_predictions(KEPT / f"{key}.{name}.jsonl")))


@lru_cache(maxsize=64)
def figures_of(key: str, name: str, domain: str | None = None) -> Found:
    """The row's figures on a set, or on one domain of it."""
    mode = "retrospective" if key.endswith(".retrospective") else "online"
    judged = [one for one in judged_of(key, name) if domain is None or one.domain == domain]
    threshold = facts_of(key)["modes"][mode]["defect_threshold"]
    return figures(judged, threshold=threshold if name == "uss" else None)


def cell(figure: Figure | None, digits: int = 2) -> str:
    """`.54 [.50, .58]`, or a dash."""
    if figure is None or math.isnan(figure.value):
        return "–"
    return f"{_short(figure.value, digits)} [{_short(figure.low, digits)}, {_short(figure.high, digits)}]"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _short(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text
