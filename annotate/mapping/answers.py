"""A short key for every answer that a version allows: `n:4`, `l:Happy`, `r:no claim`. No database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

PASSED_ON = ("cleared", "erased")  # no answers: the same on every version


def key_of(value: float | str) -> str:
    """Of a point of a scale. As annotate_answer_key in SQL: `n:1`, `n:0.5`, `l:Happy`.

    >>> key_of(1.0), key_of(0.5), key_of("Happy")
    ('n:1', 'n:0.5', 'l:Happy')
    """
    if isinstance(value, str):
        return f"l:{value}"
    return f"n:{format(Decimal(repr(float(value))), 'f').removesuffix('.0')}"  # no exponents, as jsonb has it


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a version allows: its key, its words, and how a reading stores it."""

    key: str
    words: str
    stored: dict[str, Any]


def choices_of(scale: Sequence[Mapping[str, Any]], null_reasons: Sequence[Mapping[str, Any]]) -> list[Choice]:
    """The points of the scale in their order, then the reasons for no value."""
    found = []
    for point in scale:
        value = point["value"]
        number = not isinstance(value, str)
        label = point.get("label") or ""
        words = (f"{value:g} · {label}" if label else f"{value:g}") if number else label or str(value)
        found.append(Choice(key_of(value), words, {"number": float(value)} if number else {"label": value}))
    for row in null_reasons:
        found.append(Choice(f"r:{row['reason']}", row.get("label") or row["reason"], {"reason": row["reason"]}))
    return found
