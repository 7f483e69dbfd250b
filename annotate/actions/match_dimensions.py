from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from annotate.actions.ship_dimension import ship_dimension
from annotate.importing.dimensions import ALL, DimensionSpec
from annotate.importing.problems import Problems
from annotate.models import DimensionVersion

Asked = tuple[str, int | None]  # key of a dimension, and its version as the file counts (None: the newest here)


def match_dimensions(
    *, asked: Collection[Asked], brought: Sequence[tuple[int, DimensionSpec]] = (), problems: Problems
) -> dict[Asked, DimensionVersion]:
    """The version here that each asked-for one means; a dimension that is new here is made of the file's definition.

    A dimension that is here is never changed: the file's must have the same scale as one of its versions. What cannot
    be matched is noted as a problem and left out. One query, and a few per new dimension.
    """
    defined = {(spec.key, number): spec for number, spec in brought}
    newest = {spec.key: spec for _, spec in sorted(brought, key=lambda pair: pair[0])}
    keys = {key for key, _ in asked}
    here = _versions(keys)
    for key in sorted(keys - set(here)):
        spec = newest.get(key) or ALL.get(key)
        if spec is None:
            problems.add("the file", "dimension", f"there is no dimension {key!r} here, and no header defines it")
        else:
            here[key] = [ship_dimension(spec=spec)]
    matched: dict[Asked, DimensionVersion] = {}
    for key, number in asked:
        if key not in here:
            continue
        spec = defined.get((key, number or 1))
        fitting = [row for row in here[key] if spec is None or _scale(row) == {point.value for point in spec.scale}]
        if not fitting:
            problems.add("the file", "dimension", f"the scale of {key!r} is another one here")
            continue
        same_number = [row for row in fitting if row.number == number]
        matched[key, number] = (same_number or fitting)[-1]
    return matched


def _versions(keys: Iterable[str]) -> dict[str, list[DimensionVersion]]:
    rows = DimensionVersion.objects.filter(dimension__key__in=keys).select_related("dimension").order_by("number")
    found: dict[str, list[DimensionVersion]] = defaultdict(list)
    for row in rows:
        found[row.dimension.key].append(row)
    return dict(found)


def _scale(row: DimensionVersion) -> set[float | str]:
    return {point["value"] for point in row.scale}
