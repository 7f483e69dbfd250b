"""A scale as a person types it: one answer a line, `value | word | what it means`. No database."""

from __future__ import annotations

from math import isfinite
from typing import Any

_LONGEST = 100


class BadLines(ValueError):
    """Lines that are no scale; `problems` says everything that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def scale_of(text: str, *, numbers: bool) -> list[dict[str, Any]]:
    """The points of a scale. Raises BadLines.

    >>> scale_of("0 | No\\n1 | Yes | Without doubt", numbers=True)[1]
    {'value': 1.0, 'label': 'Yes', 'description': 'Without doubt'}
    """
    problems: list[str] = []
    points = []
    for number, (value, label, description) in _lines(text):
        found: float | str = value
        if numbers:
            try:
                found = float(value)
            except ValueError:
                found = float("nan")
            if not isfinite(found):
                problems.append(f"Line {number}: {value!r} is no number.")
        points.append({"value": found, "label": label, "description": description})
        if len(value) > _LONGEST:
            problems.append(f"Line {number}: an answer has at most {_LONGEST} characters.")
    problems += _twice([point["value"] for point in points])
    if len(points) < 2:
        problems.append("A scale has at least two answers, one a line.")
    if problems:
        raise BadLines(problems)
    return points


def reasons_of(text: str) -> list[dict[str, Any]]:
    """Answers that give no value on purpose, as `reason | word | what it means`. Raises BadLines."""
    found = [{"reason": one, "label": label, "description": what} for _, (one, label, what) in _lines(text)]
    problems = _twice([row["reason"] for row in found])
    problems += [f"{row['reason']!r} is a word of ours." for row in found if row["reason"] in ("cleared", "erased")]
    problems += [f"{row['reason'][:20]!r}…: at most 64 characters." for row in found if len(row["reason"]) > 64]
    if problems:
        raise BadLines(problems)
    return found


def as_lines(rows: list[dict[str, Any]]) -> str:
    """A scale, or reasons, as one types them."""
    return "\n".join(" | ".join(_cells(row)).rstrip(" |") for row in rows)


def _cells(row: dict[str, Any]) -> list[str]:
    value = row["value"] if "value" in row else row["reason"]
    return [value if isinstance(value, str) else f"{value:g}", row.get("label") or "", row.get("description") or ""]


def _lines(text: str) -> list[tuple[int, tuple[str, str, str]]]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            cells = [cell.strip() for cell in line.split("|", 2)] + ["", ""]
            found.append((number, (cells[0], cells[1], cells[2])))
    return found


def _twice(values: list[Any]) -> list[str]:
    return [f"{value!r} is there twice." for value in sorted({v for v in values if values.count(v) > 1}, key=str)]
