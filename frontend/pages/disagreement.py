"""The disagreement queue: turns where people and a model are farthest apart, with a cause for each."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotate.actions.adjudicate import OffTheScale, SameReviewer, UnknownCause, adjudicate
from annotate.actions.release_verdict import NotCurrent, release_verdict
from annotate.actions.show_names import show_names
from annotate.models import Adjudication, Corpus
from frontend.pages.compared import compared
from people.permissions import scientists_only
from people.requests import Request
from people.who import person_of
from scoring.actions.request_embeddings import request_embeddings
from scoring.actions.request_run import NothingToScore
from scoring.models import Checkpoint, Comparison
from scoring.selectors.disagreement import SHOWN, Place, disagreements, place_of
from scoring.selectors.dockets import dockets
from scoring.selectors.meaning import meaning_of, meanings_of, similar
from scoring.selectors.runs import words_if_no_worker

PAGE = 10


@scientists_only
@require_safe
def queue(request: Request) -> HttpResponse:
    """A page of the queue for one corpus and one checkpoint."""
    chosen = compared(request)
    context, filters = chosen.context, chosen.filters
    if chosen.corpus and chosen.checkpoint and filters["like"]:
        context |= _alike(request, chosen.corpus, chosen.checkpoint, filters)
    elif chosen.corpus and chosen.checkpoint:
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
    return render(request, "frontend/disagreement/queue.html", context)


def _alike(request: Request, corpus: Corpus, checkpoint: Checkpoint, filters: dict[str, str]) -> dict[str, object]:
    """The turns that mean what one turn means; or why they cannot be told yet, and how far that is."""
    rows = _rows().filter(corpus=corpus, checkpoint=checkpoint)
    origin = get_object_or_404(rows, pk=_whole(filters["like"]))
    meaning, meanings = meaning_of(origin.turn_id), meanings_of(corpus)
    context: dict[str, object] = {"origin": origin, "meaning": meaning, "meanings": meanings}
    if meanings.missing:
        context["no_worker"] = words_if_no_worker("gpu")
    if meaning is None or meaning.embedding is None:
        return context
    page = _whole(request.GET.get("page", "")) or 1
    found = similar(to=meaning, corpus=corpus, checkpoint=checkpoint, filters=filters)
    shown = found[(page - 1) * PAGE : page * PAGE]
    if len(found) > page * PAGE:
        query = request.GET.copy()
        query["page"] = str(page + 1)
        context["next"] = f"?{query.urlencode()}"
    judged = dockets([row for row, _ in shown], user=person_of(request))
    for docket, (_comparison, cosine) in zip(judged, shown, strict=True):
        docket.cosine = cosine
    return context | {"dockets": judged}


def _whole(text: str) -> int:
    """A whole number of an address that a row may have; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@scientists_only
@require_POST
def embed(request: Request) -> HttpResponse:
    """Ask a worker for what the turns of a corpus mean; back to the page that asked."""
    corpus = get_object_or_404(Corpus, key=request.POST.get("corpus", ""))
    try:
        request_embeddings(corpus=corpus, requested_by=person_of(request))
    except NothingToScore as problem:
        messages.info(request, str(problem))
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "runs")


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
    return Comparison.objects.select_related(*SHOWN)


def _row(request: Request, row: Comparison) -> HttpResponse:
    context = {"docket": dockets([row], user=person_of(request))[0]}
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
        raise OffTheScale(_("“%(text)s” is no point of the scale") % {"text": text}) from None


@scientists_only
@require_POST
def tell_raters(request: Request, adjudication_id: int) -> HttpResponse:
    """Show a verdict to the raters of its turn; answers with the row as it now is."""
    verdict = get_object_or_404(Adjudication.objects.select_related("made_by", "dimension_version"), pk=adjudication_id)
    place = request.POST.get("row", "")
    row = get_object_or_404(
        _rows(),
        pk=_whole(place),
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
    path("disagreement/embed/", embed, name="embed"),
    path("disagreement/<int:prediction_id>/", judge, name="judge"),
    path("disagreement/<int:prediction_id>/names/", votes_named, name="votes_named"),
    path("disagreement/verdicts/<int:adjudication_id>/tell/", tell_raters, name="tell_raters"),
]
