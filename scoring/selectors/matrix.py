"""Human bin x model bin: how many turns lie where, and the filter that leads to them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Count, F, FloatField, QuerySet
from django.db.models.expressions import Func, Value

from annotate.models import Corpus, DimensionVersion
from scoring.models import Checkpoint, Comparison


@dataclass(frozen=True, slots=True)
class Matrix:
    """points: the scale, low to high. rows: people's point from high to low, (model's point, count) low to high."""

    points: list[float]
    rows: list[tuple[float, list[tuple[float, int]]]]
    largest: int

    @property
    def total(self) -> int:
        return sum(count for _, cells in self.rows for _, count in cells)

    @property
    def columns(self) -> list[int]:
        """How many turns the model put at each point."""
        return [sum(column) for column in zip(*([n for _, n in cells] for _, cells in self.rows), strict=True)]

    def share(self, *, apart: int) -> float | None:
        """Percent of the turns whose points lie at most so many points apart; None without turns."""
        place = {point: at for at, point in enumerate(self.points)}
        near = sum(n for p, cells in self.rows for m, n in cells if abs(place[p] - place[m]) <= apart)
        return 100 * near / self.total if self.total else None


def points_of(version: DimensionVersion) -> list[float]:
    """The points of a scale of numbers, low to high; [] for labels."""
    found = [point["value"] for point in version.scale]
    return sorted(float(value) for value in found) if all(isinstance(value, int | float) for value in found) else []


def in_bins(
    found: QuerySet[Comparison], points: list[float], *, people: str = "", model: str = ""
) -> QuerySet[Comparison]:
    """Only those whose people's mean and model's value lie nearest to these points; a blank or strange one is ignored.

    A value half-way between two points belongs to the upper one.
    """
    for field, asked in (("human", people), ("model", model)):
        try:
            at = points.index(float(asked))
        except ValueError:
            continue
        if at > 0:
            found = found.filter(**{f"{field}__gte": (points[at - 1] + points[at]) / 2})
        if at < len(points) - 1:
            found = found.filter(**{f"{field}__lt": (points[at] + points[at + 1]) / 2})
    return found


def matrix(*, corpus: Corpus, checkpoint: Checkpoint, within: QuerySet[Comparison] | None = None) -> Matrix | None:
    """None for a dimension of labels. One query over the comparisons of corpus and checkpoint, or those `within`."""
    points = points_of(checkpoint.dimension_version)
    if len(points) < 2:
        return None
    edges = [(low + high) / 2 for low, high in pairwise(points)]

    def bin_of(field: str) -> Func:
        return Func(
            F(field), Value(edges), function="width_bucket", output_field=FloatField(),
            template="width_bucket(%(expressions)s::float8[])",
        )  # fmt: skip

    counted = (
        (Comparison.objects.all() if within is None else within)
        .filter(corpus=corpus, checkpoint=checkpoint)
        .annotate(people_bin=bin_of("human"), model_bin=bin_of("model"))
        .values("people_bin", "model_bin")
        .annotate(count=Count("pk"))
        .values_list("people_bin", "model_bin", "count")
    )
    counts = {(int(people), int(model)): count for people, model, count in counted}
    places = range(len(points))
    rows = [(points[p], [(points[m], counts.get((p, m), 0)) for m in places]) for p in reversed(places)]
    return Matrix(points, rows, max(counts.values(), default=0))
