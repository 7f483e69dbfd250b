"""A table as JSON: a title, words under it, a head, and rows of cells. Pages and CSV read nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict
from urllib.parse import urlencode

from annotate.estimates import Estimate


class Table(TypedDict):
    """key: names it in addresses. A cell is a text, a number, None, or what `estimate_cell` or `interval` gives."""

    key: str
    title: str
    words: str
    head: list[str]
    rows: list[list[Any]]


def estimate_cell(estimate: Estimate) -> dict[str, Any]:
    """value, low, high: what a page shows as `0.51 [0.45, 0.57]`; reason: why there is no value, or no interval."""
    why = estimate.reason or estimate.interval_reason or ""
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "reason": why}


def interval(value: float | None, low: float | None, high: float | None, *, reason: str = "") -> dict[str, Any]:
    """A cell with bounds that are no Estimate's."""
    return {"value": value, "low": low, "high": high, "reason": reason}


def with_items(cell: dict[str, Any], **filters: object) -> dict[str, Any]:
    """The cell with the filters under which the disagreement queue shows its items; blank ones are left out."""
    return cell | {"where": urlencode({name: value for name, value in filters.items() if value not in ("", None)})}


def table(key: str, title: str, words: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Estimates among the cells become JSON."""
    made = [[estimate_cell(cell) if isinstance(cell, Estimate) else cell for cell in row] for row in rows]
    return Table(key=key, title=title, words=words, head=list(head), rows=made)


def flat(found: Table) -> list[list[Any]]:
    """The table for CSV: the head, then rows; an interval takes two more columns, the reason of a gap a third."""
    wide = {at for row in found["rows"] for at, cell in enumerate(row) if isinstance(cell, dict)}
    head: list[Any] = []
    for at, name in enumerate(found["head"]):
        head += [name, f"{name}: low", f"{name}: high", f"{name}: why not"] if at in wide else [name]
    rows = []
    for row in found["rows"]:
        out: list[Any] = []
        for at, cell in enumerate(row):
            if at not in wide:
                out.append(cell)
            elif isinstance(cell, dict):
                out += [cell["value"], cell["low"], cell["high"], cell["reason"]]
            else:
                out += [cell, None, None, ""]
        rows.append(out)
    return [head, *rows]
