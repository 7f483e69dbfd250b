"""Turns ordered by how far people and model are apart. For scientists and admins only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate.models import Adjudication, Corpus, Reply
from scoring.models import Checkpoint, Comparison
from scoring.selectors.matrix import in_bins, points_of

ORDERS = {"gap": "size", "surprise": "surprise"}
SIDES = {"above": Q(gap__gt=0), "below": Q(gap__lt=0)}
SHOWN = ("turn", "conversation", "corpus", "dimension_version__dimension", "prediction")  # what a row of the page needs
FILTERS = ("split", "topic", "config", "side", "seen", "people", "model", "least", "most", "like")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the last page ended: the value it was sorted by and the row, as `0.25~4711` in an address."""

    value: float
    prediction_id: int

    @classmethod
    def read(cls, text: str) -> Place | None:
        """None for anything that is not a place: a mangled address shows the first page."""
        value, _, pk = text.partition("~")
        try:
            return cls(float(value), int(pk))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.value!r}~{self.prediction_id}"


def disagreements(
    *, corpus: Corpus, checkpoint: Checkpoint, order: str, filters: Mapping[str, str], after: Place | None
) -> QuerySet[Comparison]:
    """Comparisons of a corpus under a checkpoint, largest first, from `after` on; slice it to a page.

    order: a key of ORDERS. filters: as of `narrowed`. One query, turn and conversation included.
    """
    field = ORDERS.get(order, "size")
    found = narrowed(corpus=corpus, checkpoint=checkpoint, filters=filters)
    if after is not None:
        beyond = Q(**{f"{field}__lt": after.value}) | Q(**{field: after.value, "prediction__gt": after.prediction_id})
        # The first condition alone is what lets the index start at the right place.
        found = found.filter(Q(**{f"{field}__lte": after.value}), beyond)
    return found.select_related(*SHOWN).order_by(f"-{field}", "prediction")


def narrowed(*, corpus: Corpus, checkpoint: Checkpoint, filters: Mapping[str, str]) -> QuerySet[Comparison]:
    """Comparisons of a corpus under a checkpoint that pass the filters, in no order.

    filters: split, topic, config, side (above, below), seen (open, judged, replied), people and model (points of
    the scale: a cell of the matrix), least and most (bounds of the model's value); others (like is of
    `scoring.selectors.meaning`), and what is no number, are ignored.
    """
    found = Comparison.objects.filter(corpus=corpus, checkpoint=checkpoint)
    for name in ("split", "topic", "config"):
        if filters.get(name):
            found = found.filter(**{f"conversation__{name}": filters[name]})
    if filters.get("side") in SIDES:
        found = found.filter(SIDES[filters["side"]])
    judged = Exists(
        Adjudication.objects.filter(
            current=True, turn=OuterRef("turn"), dimension_version__dimension=checkpoint.dimension_version.dimension_id
        )
    )
    if filters.get("seen") == "open":
        found = found.filter(~judged)
    elif filters.get("seen") == "judged":
        found = found.filter(judged)
    elif filters.get("seen") == "replied":
        replies = Reply.objects.filter(
            adjudication__current=True,
            adjudication__turn=OuterRef("turn"),
            adjudication__dimension_version__dimension=checkpoint.dimension_version.dimension_id,
        )
        found = found.filter(Exists(replies))
    points = points_of(checkpoint.dimension_version)
    found = in_bins(found, points, people=filters.get("people", ""), model=filters.get("model", ""))
    for name, condition in (("least", "model__gte"), ("most", "model__lte")):
        if (bound := number(filters.get(name, ""))) is not None:
            found = found.filter(**{condition: bound})
    return found


def number(text: str) -> float | None:
    """A number of an address; None for anything else, and for what has no end."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def place_of(row: Comparison, order: str) -> Place:
    """The place after which the next page begins."""
    return Place(float(getattr(row, ORDERS.get(order, "size"))), row.pk)
