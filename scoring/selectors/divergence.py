"""Conversations that diverge alike under one model: the rule is in `scoring.likeness`. For scientists and admins."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import F, FloatField, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Abs, Sqrt

from scoring.likeness import DIVERGENCE_WEIGHT, POINTS
from scoring.models import ConversationGap
from scoring.selectors.disagreement import number

LISTED = 200
FILTERS = ("split", "topic", "config", "turns", "diverging")
# Subscripts in place of unnest: 100,000 rows stay rows. `points` is a constant, the profile is bound.
_SQUARES = " + ".join(f"(profile[{point}] - (%s::float[])[{point}]) ^ 2" for point in range(1, POINTS + 1))


def profile_of(*, conversation_id: int, checkpoint_id: int) -> ConversationGap | None:
    """The conversation's own profile; None where the two are not compared (yet). One query."""
    found = ConversationGap.objects.filter(
        conversation=conversation_id, checkpoint=checkpoint_id, profile__isnull=False
    )
    return found.select_related("conversation", "corpus", "checkpoint__dimension_version__dimension").first()


def diverging_alike(gap: ConversationGap, *, filters: Mapping[str, str]) -> QuerySet[ConversationGap]:
    """The corpus's other conversations under the same model, the nearest first, each with its `apart`; slice it.

    filters: split, topic, config; turns (at least so many compared ones); diverging (yes, no). One query.
    """
    found = ConversationGap.objects.filter(
        corpus=gap.corpus_id, checkpoint=gap.checkpoint_id, profile__isnull=False
    ).exclude(pk=gap.pk)
    for name in ("split", "topic", "config"):
        if filters.get(name):
            found = found.filter(**{f"conversation__{name}": filters[name]})
    if (least := number(filters.get("turns", ""))) is not None:
        found = found.filter(turns__gte=least)
    if filters.get("diverging") in ("yes", "no"):
        found = found.filter(diverges_at__isnull=filters["diverging"] == "no")
    squares = RawSQL(f"({_SQUARES}) / {POINTS}", [gap.profile] * POINTS, output_field=FloatField())  # noqa: S611
    apart = Sqrt(squares) + DIVERGENCE_WEIGHT * Abs(F("diverges") - gap.diverges)
    return found.annotate(apart=apart).select_related("conversation").order_by("apart", "conversation")
