from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from annotate.models import Dimension, DimensionVersion
from people.actions.record import record
from people.models import Role, User


class KeyTaken(ValueError):
    """There is a dimension of this key."""


@transaction.atomic
def define_dimension(
    *,
    key: str,
    name: str,
    unit: str,
    kind: str,
    direction: str,
    question: str,
    by: User,
    guidance: str = "",
    scale: list[dict[str, Any]],
    null_reasons: list[dict[str, Any]],
) -> DimensionVersion:
    """A new dimension in its first version, that every role may rate. Raises KeyTaken."""
    try:
        with transaction.atomic():
            dimension = Dimension.objects.create(
                key=key, name=name, unit=unit, kind=kind, direction=direction, roles=list(Role.values)
            )
    except IntegrityError as problem:
        raise KeyTaken(_("There is already a dimension “%(key)s”.") % {"key": key}) from problem
    version = DimensionVersion.objects.create(
        dimension=dimension, number=1, question=question, guidance=guidance, scale=scale, null_reasons=null_reasons
    )
    record(actor=by, verb="dimension.define", subject=f"dimension {dimension.pk}", detail={"key": key})
    return version
