"""Queries that are asked many times a second: Django writes their SQL once a process, not once a question.

To write the SQL of a query costs a process more than PostgreSQL needs to answer it, the more so the more columns and
joins. Columns, joins and locks stay those of the queryset; only the values are given later, so a field may be renamed
without a second place to change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)


class Given(Expression):
    """Stands in a filter of a compiled query for a value by this name. Plain values only: no model, no JSON."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class _Written(NamedTuple):
    sql: str
    parameters: Sequence[Any]
    names: frozenset[str]
    model: type[Model]
    columns: list[str]
    start: int  # the model's columns in a row
    end: int
    related: list[Any]
    converters: list[tuple[int, list[Any], Any]]
    locks: bool


class Compiled(Generic[M]):
    """A queryset with `Given` in its filters; called with the values, it gives the rows as a list. One query.

    Rows are what the queryset would have given: `select_related`, `only`, `defer`, `order_by` and locks hold. No
    annotations and no prefetching. Raises TypeError where a value is missing or too many.
    """

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self._build = build
        self._kept: _Written | None = None

    def __call__(self, **given: Any) -> list[M]:
        if self._kept is None:  # two threads may do so at once: both write the same
            self._kept = _write(self._build())
        kept = self._kept
        if kept.locks and not connection.in_atomic_block:  # as Django says when it writes the SQL
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        if kept.names != given.keys():
            raise TypeError(f"This query is given {', '.join(sorted(kept.names))}; not {', '.join(sorted(given))}.")
        values = [given[one.name] if isinstance(one, Given) else one for one in kept.parameters]
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, values)
            rows = cursor.fetchall()
        return [_read(kept, row) for row in rows]

    def first(self, **given: Any) -> M | None:
        """The first row, or None. For what can be there at most once."""
        return next(iter(self(**given)), None)


def _write(queryset: QuerySet[Any]) -> _Written:
    compiler = queryset.query.get_compiler(using=queryset.db)
    sql, parameters = compiler.as_sql()
    if compiler.annotation_col_map or not compiler.klass_info:
        raise TypeError("A compiled query gives rows of a model, without annotations.")
    select, places = compiler.select, compiler.klass_info["select_fields"]
    start, end = places[0], places[-1] + 1
    converters = compiler.get_converters([column[0] for column in select])
    return _Written(
        sql,
        parameters,
        frozenset(one.name for one in parameters if isinstance(one, Given)),
        compiler.klass_info["model"],
        [column[0].target.attname for column in select[start:end]],
        start,
        end,
        get_related_populators(compiler.klass_info, select, connection.alias),  # type: ignore[call-arg]  # newer stubs
        [(place, list(functions), expression) for place, (functions, expression) in converters.items()],
        queryset.query.select_for_update,
    )


def _read(kept: _Written, row: tuple[Any, ...]) -> Any:
    if kept.converters:
        values = list(row)
        for place, functions, expression in kept.converters:
            for convert in functions:
                values[place] = convert(values[place], expression, connection)
        row = tuple(values)
    found = kept.model.from_db(connection.alias, kept.columns, row[kept.start : kept.end])
    for populator in kept.related:
        populator.populate(row, found)
    return found
