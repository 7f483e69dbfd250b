"""Versions of dimensions, the maps between them, and how many ratings each concerns. For admins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Prefetch, Q, QuerySet

from annotate.mapping.answers import PASSED_ON, Choice, choices_of
from annotate.models import Campaign, DimensionMap, DimensionVersion, MapPart, Rating, Reading
from annotate.selectors.given import GIVEN, given


def newest_map() -> int:
    """The highest id of a map: what is read through maps is old once it grew. One query."""
    return DimensionMap.objects.aggregate(newest=Max("pk"))["newest"] or 0


def newest_version(dimension_id: int) -> DimensionVersion:
    """The version under which a dimension is read. One query."""
    return DimensionVersion.objects.filter(dimension=dimension_id).select_related("dimension").latest("number")


def versions_alike(version: DimensionVersion) -> set[int]:
    """The version and those whose answers are read on it as they are: other words, the same values. One query."""
    alike = {version.pk}
    stored = {choice.key: choice.stored for choice in choices_of(version.scale, [])}
    rows = Reading.objects.filter(target=version).values_list("source", "answers")
    for source, answers in rows:
        values = {key: to for key, to in answers.items() if not key.startswith("r:")}
        if values and all(stored.get(key) == to for key, to in values.items()):
            alike.add(source)
    return alike


@dataclass(frozen=True, slots=True)
class Version:
    """A version, how many given ratings are on it, and what it is read as."""

    row: DimensionVersion
    ratings: int
    read_as: list[Reading]


def versions_with_ratings() -> list[Version]:
    """Every version, by dimension, the newest first. Three queries."""
    rows = DimensionVersion.objects.select_related("dimension").order_by("dimension__name", "dimension", "-number")
    said = Rating.objects.filter(given(), current=True).exclude(reason__in=PASSED_ON)
    counts = dict(said.values_list("dimension_version").annotate(n=Count("pk")).values_list("dimension_version", "n"))
    readings: dict[int, list[Reading]] = {}
    for reading in Reading.objects.filter(forward=True).select_related("target__dimension").order_by("target"):
        readings.setdefault(reading.source_id, []).append(reading)
    return [Version(row, counts.get(row.pk, 0), readings.get(row.pk, [])) for row in rows]


def readings_from(versions: Any) -> QuerySet[Reading]:
    """As what the answers of these versions (ids, or a query of ids) can be read along maps. One query."""
    found = Reading.objects.filter(source__in=versions, forward=True)
    return found.select_related("source__dimension", "target__dimension", "map").order_by("source", "target")


_ANSWERS = f"""
SELECT r.dimension_version_id, coalesce('l:' || said, annotate_answer_key(r.number, r.label, r.reason)), count(*)
FROM annotate_rating r
LEFT JOIN annotate_task k ON k.id = r.task_id
LEFT JOIN LATERAL unnest(r.labels) said ON true
WHERE r.dimension_version_id = ANY(%s) AND r.current AND r.reason NOT IN ('cleared', 'erased')
  AND {GIVEN}
GROUP BY 1, 2
"""  # noqa: S608 (a constant is put in; values are bound)


def answers_given(versions: Collection[int]) -> dict[int, dict[str, int]]:
    """version -> key of an answer -> how many given ratings say it; of sets, each label counts. One query."""
    found: dict[int, dict[str, int]] = {version: {} for version in versions}
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, [list(versions)])
        for version, key, count in cursor.fetchall():
            if key is not None:  # an empty set of labels
                found[version][key] = count
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One answer of the source: what it is on the target (None: cannot be told), and how many ratings say it."""

    choice: Choice
    to: Choice | None
    ratings: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a map in words. `others`: ratings that say what is no answer of the source; they cannot be told."""

    row: MapPart
    rows: list[Row]
    others: int

    @property
    def told(self) -> int:
        """How often an answer was given that can be told."""
        return sum(row.ratings for row in self.rows if row.to is not None)

    @property
    def untold(self) -> int:
        """How often one was given that cannot."""
        return sum(row.ratings for row in self.rows if row.to is None) + self.others


def maps_made() -> QuerySet[DimensionMap]:
    """The log of maps, newest first, parts included. Two queries."""
    found = DimensionMap.objects.select_related("made_by").order_by("-pk")
    parts = MapPart.objects.select_related("source__dimension", "target__dimension").order_by("source", "target")
    return found.prefetch_related(Prefetch("parts", parts))


def parts_of(row: DimensionMap) -> list[Part]:
    """What maps where, with counts of now. Two queries."""
    parts = list(row.parts.select_related("source__dimension", "target__dimension").order_by("pk"))
    counts = answers_given({part.source_id for part in parts})
    return [_part(part, counts[part.source_id]) for part in parts]


def _part(part: MapPart, counts: dict[str, int]) -> Part:
    targets = {choice.key: choice for choice in choices_of(part.target.scale, part.target.null_reasons)}
    choices = choices_of(part.source.scale, part.source.null_reasons)
    rows = [
        Row(choice, targets.get(part.answers.get(choice.key) or ""), counts.get(choice.key, 0)) for choice in choices
    ]
    known = {choice.key for choice in choices}
    return Part(part, rows, sum(count for key, count in counts.items() if key not in known))


def still_asking(versions: Collection[int]) -> list[str]:
    """Names of campaigns, not closed, that ask one of these versions. One query."""
    asking = Q(questions__dimension_version__in=versions) & ~Q(state="closed")
    return list(Campaign.objects.filter(asking).distinct().order_by("name").values_list("name", flat=True))
