"""What the pages about people and one model share: the corpus, the model and the filters that the address names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from annotate.models import Corpus
from people.requests import Request
from scoring.models import Checkpoint
from scoring.selectors.conversations import compared_checkpoints, slice_values
from scoring.selectors.disagreement import FILTERS, number
from scoring.selectors.matrix import points_of


@dataclass(frozen=True, slots=True)
class Compared:
    """corpus None: there is none. checkpoint None: none is compared there, or not the one that was asked for."""

    corpus: Corpus | None
    checkpoint: Checkpoint | None
    filters: dict[str, str]
    context: dict[str, Any] = field(default_factory=dict)


def compared(request: Request) -> Compared:
    """Read the address. Three queries."""
    corpora = list(Corpus.objects.order_by("-synthetic", "name"))
    corpus = next((each for each in corpora if each.key == request.GET.get("corpus")), corpora[0] if corpora else None)
    checkpoints = compared_checkpoints(corpus) if corpus else []
    by = request.GET.get("by", "")
    # Another model's turns in place of those that were asked for would be read as theirs.
    found = next((each for each in checkpoints if str(each.pk) == by), None)
    checkpoint = found if by else next(iter(checkpoints), None)
    filters = {name: request.GET.get(name, "") for name in FILTERS}
    filters["order"] = request.GET.get("order", "surprise")
    context: dict[str, Any] = {
        "corpora": corpora,
        "corpus": corpus,
        "checkpoints": checkpoints,
        "checkpoint": checkpoint,
        "filters": filters,
        "values": slice_values(corpus) if corpus else {},
        "chips": _chips(request, checkpoint, filters) if checkpoint else [],
    }
    return Compared(corpus, checkpoint, filters, context)


def _chips(request: Request, checkpoint: Checkpoint, filters: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """(name, value, words, address without it) of the filters that the form has no field for."""
    points = points_of(checkpoint.dimension_version)
    words = {}
    for name, said in (
        ("people", _("people ≈ %s")),
        ("model", _("model ≈ %s")),
        ("least", _("model at least %s")),
        ("most", _("model at most %s")),
    ):
        value = number(filters[name])
        if value is not None and (value in points or name in ("least", "most")):
            words[name] = said % f"{value:.4g}"
    if filters["like"].isdecimal():
        words["like"] = _("similar turns")
    chips = []
    for name, text in words.items():
        query = request.GET.copy()
        query.pop(name, None)
        query.pop("after", None)
        chips.append((name, filters[name], text, f"?{query.urlencode()}"))
    return chips
