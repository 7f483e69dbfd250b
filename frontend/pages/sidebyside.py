"""Side by side: one conversation, every rater and every model, turn by turn."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from annotate.actions.show_names import show_names
from annotate.models import Conversation, Corpus, Dimension, DimensionVersion, Turn
from frontend.charts.strip import strip
from frontend.charts.trace import mean_and_interval, trace
from people.permissions import scientists_only
from people.requests import Request
from people.who import person_of
from scoring.selectors.conversations import compared_checkpoints, conversation_list, slice_values
from scoring.selectors.side_by_side import Judgements, SideBySide, neighbours, scale_bounds, side_by_side

PAGE = 40
Cells = dict[int | None, dict[int, Judgements]]


@scientists_only
@require_safe
def listing(request: Request) -> HttpResponse:
    """Conversations of a corpus, by order or by the mean gap between people and a model."""
    corpora = list(Corpus.objects.order_by("-synthetic", "name"))
    corpus = next((each for each in corpora if each.key == request.GET.get("corpus")), corpora[0] if corpora else None)
    context: dict[str, object] = {"corpora": corpora, "corpus": corpus}
    if corpus is not None:
        filters = {name: request.GET.get(name, "") for name in ("split", "topic", "config", "by", "q")}
        rows, following = conversation_list(
            corpus=corpus, filters=filters, after=request.GET.get("after", ""), size=PAGE
        )
        query = request.GET.copy()
        query["after"] = following or ""
        context |= {
            "rows": rows,
            "filters": filters,
            "values": slice_values(corpus),
            "checkpoints": compared_checkpoints(corpus),
            "next": f"?{query.urlencode()}" if following else None,
        }
    return render(request, "frontend/side_by_side/list.html", context)


@scientists_only
@require_safe
def page(request: Request, conversation_id: int) -> HttpResponse:
    """One conversation. `?dimension=` chooses the trace, `?by=` the model whose gaps next and previous follow."""
    found_row = get_object_or_404(Conversation.objects.select_related("corpus", "alternative_of"), pk=conversation_id)
    found = side_by_side(conversation=found_row, viewer=person_of(request))
    numeric = {key: version for key, version in found.dimensions.items() if scale_bounds(version)}
    chosen = _chosen(request.GET.get("dimension", ""), numeric, found.judgements)
    models = sorted(
        {
            mark.prediction.checkpoint_id
            for cells in found.judgements.values()
            for c in cells.values()
            for mark in c.models
        }
    )
    by = request.GET.get("by", "")
    by_id = int(by) if by.isdigit() and int(by) in models else _model_of(found, chosen)
    previous, following = neighbours(conversation=found_row, checkpoint_id=by_id) if by_id else (None, None)
    context = {
        "conversation": found_row,
        "found": found,
        "rows": [_row(found, turn, chosen) for turn in found.turns],
        "numeric": numeric,
        "chosen": chosen,
        "version": numeric.get(chosen) if chosen else None,
        "trace": trace(found, chosen) if chosen else None,
        "by": by_id,
        "previous": previous,
        "following": following,
        "focus": request.GET.get("turn", ""),
        "whole": found.judgements.get(None, {}),
        "nameless": found.nameless(chosen) if chosen else [],
    }
    return render(request, "frontend/side_by_side/page.html", context)


@scientists_only
@require_POST
def names(request: Request, conversation_id: int) -> HttpResponse:
    """Show who said what of a conversation on one dimension before a verdict; logged, turn by turn."""
    row = get_object_or_404(Conversation, pk=conversation_id)
    asked = request.POST.get("dimension", "")
    dimension = get_object_or_404(Dimension, pk=int(asked) if asked.isdecimal() and len(asked) < 10 else 0)
    found = side_by_side(conversation=row, viewer=person_of(request))
    turns = {turn.pk: turn for turn in found.turns}
    with transaction.atomic():
        for turn in found.nameless(dimension.pk):
            place = turns[turn] if turn is not None else None
            show_names(conversation=row, turn=place, dimension=dimension, by=person_of(request))
    return redirect(f"{reverse('side_by_side', args=[row.pk])}?{urlencode({'dimension': dimension.pk})}")


def _chosen(asked: str, numeric: dict[int, DimensionVersion], judgements: Cells) -> int | None:
    """The dimension asked for; else the one most often judged by both sides."""
    if asked.isdigit() and int(asked) in numeric:
        return int(asked)
    judged = {key: [cells[key] for cells in judgements.values() if key in cells] for key in numeric}

    def weight(key: int) -> tuple[int, int]:
        return sum(bool(c.people and c.models) for c in judged[key]), sum(bool(c.people) for c in judged[key])

    return max(numeric, key=weight, default=None)


def _model_of(found: SideBySide, dimension: int | None) -> int | None:
    """The first checkpoint that judges the chosen dimension on its scale, an active one before others."""
    if dimension is None:
        return None
    marks = [mark for turn in found.turns for mark in found.of(turn.pk, dimension).models if mark.at is not None]
    best = min(
        marks,
        key=lambda mark: (not mark.prediction.checkpoint.active, mark.metric != "iq", mark.prediction.checkpoint_id),
        default=None,
    )
    return best.prediction.checkpoint_id if best else None


def _row(found: SideBySide, turn: Turn, chosen: int | None) -> dict[str, object]:
    """One turn for the template: its cells, the chosen dimension first, and the sections that it cites."""
    cells = found.judgements.get(turn.pk, {})
    order = sorted(cells, key=lambda key: (key != chosen, found.dimensions[key].dimension.name))
    own = {section.key: section for section in found.sections if section.speaker in ("", turn.speaker)}
    speakers = list(dict.fromkeys(each.speaker for each in found.turns))
    return {
        "turn": turn,
        "side": speakers.index(turn.speaker) % 2 + 1,
        "cells": [_cell(found, key, cells[key]) for key in order],
        "cited": [(key, own.get(key)) for key in turn.cited],
    }


def _cell(found: SideBySide, key: int, cell: Judgements) -> dict[str, object]:
    version = found.dimensions[key]
    bounds = scale_bounds(version)
    return {
        "version": version,
        "cell": cell,
        "mean": _within(mean_and_interval(cell.numbers), bounds),
        "strip": strip(cell, bounds),
    }


def _within(
    interval: tuple[float, float, float] | None, bounds: tuple[float, float] | None
) -> tuple[float, float, float] | None:
    """A mean's interval, cut where the scale ends: with few raters Student's t reaches beyond it."""
    if interval is None or bounds is None:
        return interval
    mean, low, high = interval
    return mean, max(low, bounds[0]), min(high, bounds[1])


urlpatterns = [
    path("side-by-side/", listing, name="side_by_side_list"),
    path("side-by-side/<int:conversation_id>/", page, name="side_by_side"),
    path("side-by-side/<int:conversation_id>/names/", names, name="side_by_side_names"),
]
