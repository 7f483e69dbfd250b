"""Side by side: one conversation, every rater and every model, turn by turn."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from annotate.models import Conversation, Corpus
from frontend.charts.trace import trace
from people.permissions import scientists_only
from scoring.models import Checkpoint, Evidence
from scoring.selectors.conversations import conversation_list, slice_values
from scoring.selectors.side_by_side import neighbours, scale_bounds, side_by_side

PAGE = 40


@scientists_only
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Conversations of a corpus, by order or by the mean gap between people and a model."""
    corpora = list(Corpus.objects.order_by("-synthetic", "name"))
    corpus = next((each for each in corpora if each.key == request.GET.get("corpus")), corpora[0] if corpora else None)
    context: dict[str, object] = {"corpora": corpora, "corpus": corpus}
    if corpus is not None:
        filters = {name: request.GET.get(name, "") for name in ("split", "topic", "config", "by", "q")}
        rows, following = conversation_list(corpus=corpus, filters=filters, after=request.GET.get("after", ""), size=PAGE)
        query = request.GET.copy()
        query["after"] = following or ""
        context |= {
            "rows": rows,
            "filters": filters,
            "values": slice_values(corpus),
            "checkpoints": Checkpoint.objects.filter(comparisons__corpus=corpus).distinct().defer("card"),
            "next": f"?{query.urlencode()}" if following else None,
        }
    return render(request, "frontend/side_by_side/list.html", context)


@scientists_only
@require_safe
def page(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """One conversation. `?dimension=` chooses what the trace shows, `?by=` the model whose gaps next and previous follow."""
    found_row = get_object_or_404(Conversation.objects.select_related("corpus", "alternative_of"), pk=conversation_id)
    found = side_by_side(conversation=found_row)
    numeric = {key: version for key, version in found.dimensions.items() if scale_bounds(version)}
    chosen = _chosen(request.GET.get("dimension", ""), numeric, found.judgements)
    models = sorted(
        {mark.prediction.checkpoint_id for cells in found.judgements.values() for c in cells.values() for mark in c.models}
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
    }
    return render(request, "frontend/side_by_side/page.html", context)


@scientists_only
@require_safe
def evidence(request: HttpRequest, prediction_id: int) -> HttpResponse:
    """What a metric shows for one score; fetched when opened."""
    row = get_object_or_404(
        Evidence.objects.select_related("prediction__checkpoint", "prediction__turn"), pk=prediction_id
    )
    return render(
        request,
        "frontend/side_by_side/_evidence.html",
        {"prediction": row.prediction, "detail": row.detail, "turn": row.prediction.turn},
    )


urlpatterns = [
    path("side-by-side/", listing, name="side_by_side_list"),
    path("side-by-side/<int:conversation_id>/", page, name="side_by_side"),
    path("side-by-side/evidence/<int:prediction_id>/", evidence, name="evidence"),
]
