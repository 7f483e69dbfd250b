"""A scale as a person types it: one answer a line, `value | word | what it means`. No database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from annotate.importing.examples import EXAMPLE_FIELDS, example_problem

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


def examples_of(text: str, *, scale: Sequence[Mapping[str, Any]] | None) -> dict[float | str, str]:
    """value -> its example, from lines `value | example`. Raises BadLines.

    scale: what the values have to be of; None where the scale itself could not be read, and then they are not checked.

    >>> examples_of("1 | So be it.", scale=[{"value": 0.0}, {"value": 1.0}])
    {1.0: 'So be it.'}
    """
    problems: list[str] = []
    found: dict[float | str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        value, _, said = (cell.strip() for cell in line.partition("|"))
        said = " ".join(said.split())
        if not said:
            problems.append(f"Line {number}: an answer and its example, such as: {value[:20]} | In these words.")
        elif wrong := example_problem(said):
            problems.append(f"Line {number}: the example {wrong}.")
        point = _point_of(value, scale) if scale is not None else value
        if point is None:
            problems.append(f"Line {number}: {value[:50]!r} is no answer of this scale.")
        elif point in found:
            problems.append(f"Line {number}: {value[:50]!r} has its example already; give all in one line.")
        found.setdefault(point if point is not None else value, said)
    if problems:
        raise BadLines(problems)
    return found


def with_examples(scale: list[dict[str, Any]], **examples: Mapping[float | str, str]) -> list[dict[str, Any]]:
    """The scale with the texts of each field (`example`, `counter_example`) at its points."""
    return [
        point | {field: said[point["value"]] for field, said in examples.items() if point["value"] in said}
        for point in scale
    ]


def without_examples(scale: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a version measures by, without the words that only help the rater."""
    return [{field: said for field, said in point.items() if field not in EXAMPLE_FIELDS} for point in scale]


def examples_as_lines(scale: Sequence[Mapping[str, Any]], field: str) -> str:
    """The examples of a scale, or its counter-examples, as one types them."""
    return "\n".join(f"{_typed(point)} | {point[field]}" for point in scale if point.get(field))


def as_lines(rows: list[dict[str, Any]]) -> str:
    """A scale, or reasons, as one types them."""
    return "\n".join(" | ".join(_cells(row)).rstrip(" |") for row in rows)


def _cells(row: dict[str, Any]) -> list[str]:
    return [_typed(row), row.get("label") or "", row.get("description") or ""]


def _point_of(typed: str, scale: Sequence[Mapping[str, Any]]) -> float | str | None:
    """The value of the scale that a person means by `4`, `4.0` or a label."""
    for point in scale:
        value: float | str = point["value"]
        if typed == _typed(point):
            return value
        try:
            if not isinstance(value, str) and float(typed) == value:
                return value
        except ValueError:
            continue
    return None


def _typed(row: Mapping[str, Any]) -> str:
    value = row["value"] if "value" in row else row["reason"]
    return value if isinstance(value, str) else f"{value:g}"


def _lines(text: str) -> list[tuple[int, tuple[str, str, str]]]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            cells = [cell.strip() for cell in line.split("|", 2)] + ["", ""]
            found.append((number, (cells[0], cells[1], cells[2])))
    return found


def _twice(values: list[Any]) -> list[str]:
    return [f"{value!r} is there twice." for value in sorted({v for v in values if values.count(v) > 1}, key=str)]
