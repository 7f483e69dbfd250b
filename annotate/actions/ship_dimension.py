from __future__ import annotations

from django.db import transaction

from annotate.importing.dimensions import DimensionSpec
from annotate.models import Dimension, DimensionVersion


@transaction.atomic
def ship_dimension(*, spec: DimensionSpec) -> DimensionVersion:
    """The newest version of a dimension, made from the spec when the dimension is new."""
    dimension, _ = Dimension.objects.get_or_create(
        key=spec.key,
        defaults={
            "name": spec.name,
            "unit": spec.unit,
            "kind": spec.kind,
            "direction": spec.direction,
            "roles": list(spec.roles),
        },
    )
    newest = dimension.versions.order_by("-number").first()
    if newest is not None:
        return newest
    return DimensionVersion.objects.create(
        dimension=dimension,
        number=1,
        question=spec.question,
        guidance=spec.guidance,
        scale=spec.scale_json(),
        null_reasons=spec.null_reasons_json(),
    )


def versions_for(keys: set[str]) -> dict[str, DimensionVersion]:
    """The newest version of each known dimension, by key. One query."""
    rows = (
        DimensionVersion.objects.filter(dimension__key__in=keys)
        .select_related("dimension")
        .order_by("dimension", "number")
    )
    return {row.dimension.key: row for row in rows}
