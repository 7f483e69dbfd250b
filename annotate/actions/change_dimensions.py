from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from annotate.mapping.answers import choices_of
from annotate.mapping.chains import Answers, Step, leads_to, readings
from annotate.mapping.checking import Problem, Side, map_problems
from annotate.models import Dimension, DimensionMap, DimensionVersion, MapPart, Reading
from annotate.models.mapping import MapKind
from people.actions.record import record
from people.models import User

_LOCK = 72_061


class BadMap(ValueError):
    """What was asked for is no map; `problems` says everything that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.words for problem in problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The next version of a dimension, to be made together with the map that leads to it."""

    dimension: Dimension
    question: str
    guidance: str = ""
    scale: list[dict[str, Any]] = field(default_factory=list)
    null_reasons: list[dict[str, Any]] = field(default_factory=list)


Target = DimensionVersion | NewVersion


def side_of(version: Target) -> Side:
    """A version as the checks see it. It comes with its dimension."""
    dimension = version.dimension
    number = f"version {version.number}" if isinstance(version, DimensionVersion) else "the new version"
    choices = choices_of(version.scale, version.null_reasons)
    return Side(f"{dimension.name}, {number}", dimension.unit, dimension.kind, choices)


@transaction.atomic
def change_dimensions(
    *,
    kind: str,
    sources: Sequence[DimensionVersion],
    targets: Sequence[Target],
    answers: Mapping[tuple[int, int], Answers],
    why: str,
    op_id: UUID,
    by: User,
) -> DimensionMap:
    """Keep a map from versions to versions; what can be read through it is worked out at once. No rating is touched.

    answers: (place in sources, place in targets) -> {key: key, or None where it cannot be told}. The same op_id twice
    is one map. Raises BadMap with every problem.
    """
    with connection.cursor() as cursor:  # two maps at once could lead in a circle
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    known = DimensionMap.objects.filter(op_id=op_id).first()
    if known is not None:
        return known
    here = {pair: dict(part) for pair, part in answers.items()}
    problems = map_problems(kind, why, [side_of(row) for row in sources], [side_of(row) for row in targets], here)
    problems += _circles(sources, targets)
    if problems:
        raise BadMap(problems)
    made = DimensionMap.objects.create(kind=kind, why=why.strip()[:4000], op_id=op_id, made_by=by)
    ends = [_made(target) for target in targets]
    MapPart.objects.bulk_create(
        MapPart(
            map=made,
            source=source,
            target=target,
            answers={choice.key: here[s, t].get(choice.key) for choice in side_of(source).choices},
        )
        for s, source in enumerate(sources)
        for t, target in enumerate(ends)
    )
    work_out_readings()
    detail = {"kind": kind, "why": made.why, "from": [row.pk for row in sources], "to": [row.pk for row in ends]}
    record(actor=by, verb=f"dimension.{kind}", subject=f"map {made.pk}", detail=detail)
    return made


def work_out_readings() -> None:
    """Fill the table of readings from the maps. Three queries."""
    parts = MapPart.objects.select_related("map").order_by("map", "pk")
    steps = [
        Step(row.source_id, row.target_id, row.answers, row.map_id, row.map.kind == MapKind.RENAME) for row in parts
    ]
    versions = DimensionVersion.objects.in_bulk({step.target for step in steps} | {step.source for step in steps})
    stored = {
        pk: {choice.key: choice.stored for choice in choices_of(row.scale, row.null_reasons)}
        for pk, row in versions.items()
    }
    Reading.objects.all().delete()
    Reading.objects.bulk_create(
        Reading(
            source_id=step.source,
            target_id=step.target,
            map_id=step.map,
            forward=step.forward,
            answers={key: stored[step.target][to] for key, to in step.answers.items() if to is not None},
        )
        for step in readings(steps)
    )


def _circles(sources: Sequence[DimensionVersion], targets: Sequence[Target]) -> list[Problem]:
    steps = [Step(source, target, {}, 0) for source, target in MapPart.objects.values_list("source", "target")]
    found = []
    for source in sources:
        for target in targets:
            if isinstance(target, DimensionVersion) and leads_to(target.pk, source.pk, steps):
                words = f"{side_of(target).name} is, or leads to, {side_of(source).name}: a map cannot go in a circle."
                found.append(Problem("targets", words))
    return found


def _made(target: Target) -> DimensionVersion:
    if isinstance(target, DimensionVersion):
        return target
    newest = target.dimension.versions.order_by("-number").first()
    return DimensionVersion.objects.create(
        dimension=target.dimension,
        number=newest.number + 1 if newest else 1,
        question=target.question,
        guidance=target.guidance,
        scale=target.scale,
        null_reasons=target.null_reasons,
    )
