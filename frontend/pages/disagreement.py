"""The disagreement queue: turns where people and a model are farthest apart, with a cause for each."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from annotate.actions.adjudicate import OffTheScale, SameReviewer, UnknownCause, adjudicate
from annotate.actions.release_verdict import NotCurrent, release_verdict
from annotate.actions.show_names import show_names
from annotate.models import Adjudication
from annotate.models.rating import Cause
from frontend.pages.compared import compared
from people.permissions import scientists_only
from people.requests import Request
from people.who import person_of
from scoring.models import Comparison
from scoring.selectors.disagreement import Place, disagreements, place_of
from scoring.selectors.dockets import dockets

PAGE = 25
_SIGNS = {Cause.MODEL: "✦", Cause.GUIDELINE: "§", Cause.ITEM: "▢", Cause.RATER: "☺"}
_CAUSES = [(value, label, _SIGNS[Cause(value)]) for value, label in Cause.choices]


@scientists_only
@require_safe
def queue(request: Request) -> HttpResponse:
    """A page of the queue for one corpus and one checkpoint."""
    chosen = compared(request)
    context, filters = chosen.context, chosen.filters
    if chosen.corpus and chosen.checkpoint:
        after = Place.read(request.GET.get("after", ""))
        found = disagreements(
            corpus=chosen.corpus, checkpoint=chosen.checkpoint, order=filters["order"], filters=filters, after=after
        )
        rows = list(found[: PAGE + 1])
        query = request.GET.copy()
        if len(rows) > PAGE:
            query["after"] = str(place_of(rows[PAGE - 1], filters["order"]))
            context["next"] = f"?{query.urlencode()}"
        context["dockets"] = dockets(rows[:PAGE], user=person_of(request))
        context["causes"] = _CAUSES
    return render(request, "frontend/disagreement/queue.html", context)


@scientists_only
@require_POST
def judge(request: Request, prediction_id: int) -> HttpResponse:
    """Keep why the judgements of one turn differ; answers with the row as it now is."""
    row = get_object_or_404(_rows(), pk=prediction_id)
    try:
        adjudicate(
            conversation=row.conversation,
            turn=row.turn,
            dimension_version=row.dimension_version,
            cause=request.POST.get("cause", ""),
            note=request.POST.get("note", ""),
            verdict=_number(request.POST.get("verdict", "")),
            by=request.user,
        )
    except (UnknownCause, OffTheScale, SameReviewer) as problem:
        return HttpResponse(str(problem), status=422, content_type="text/plain")
    return _row(request, row)


def _rows() -> QuerySet[Comparison]:
    return Comparison.objects.select_related("turn", "conversation", "dimension_version__dimension", "prediction")


def _row(request: Request, row: Comparison) -> HttpResponse:
    context = {"docket": dockets([row], user=person_of(request))[0], "causes": _CAUSES}
    return render(request, "frontend/disagreement/_row.html", context)


@scientists_only
@require_POST
def votes_named(request: Request, prediction_id: int) -> HttpResponse:
    """Show who said what before a verdict; logged. Answers with the row as it now is."""
    row = get_object_or_404(_rows(), pk=prediction_id)
    show_names(
        conversation=row.conversation,
        turn=row.turn,
        dimension=row.dimension_version.dimension,
        by=person_of(request),
    )
    return _row(request, row)


def _number(text: str) -> float | None:
    """None for no value; what is no number is off every scale."""
    try:
        return float(text) if text else None
    except ValueError:
        raise OffTheScale(f"{text!r} is no point of the scale") from None


@scientists_only
@require_POST
def tell_raters(request: Request, adjudication_id: int) -> HttpResponse:
    """Show a verdict to the raters of its turn; answers with the row as it now is."""
    verdict = get_object_or_404(Adjudication.objects.select_related("made_by", "dimension_version"), pk=adjudication_id)
    place = request.POST.get("row", "")
    row = get_object_or_404(
        _rows(),
        pk=int(place) if place.isdecimal() and len(place) < 19 else 0,
        turn=verdict.turn_id,
        dimension_version__dimension=verdict.dimension_version.dimension_id,
    )
    try:
        release_verdict(adjudication=verdict, told=request.POST.get("told", ""), by=request.user)
    except NotCurrent as problem:
        return HttpResponse(str(problem), status=422, content_type="text/plain")
    return _row(request, row)


urlpatterns = [
    path("disagreement/", queue, name="disagreement"),
    path("disagreement/<int:prediction_id>/", judge, name="judge"),
    path("disagreement/<int:prediction_id>/names/", votes_named, name="votes_named"),
    path("disagreement/verdicts/<int:adjudication_id>/tell/", tell_raters, name="tell_raters"),
]
