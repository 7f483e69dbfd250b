"""Verdicts on question-answer pairs: counted, taken away as CSV, and the newest of them with the way to their turns."""

from __future__ import annotations

from defusedcsv import csv
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from annotate.models import Corpus
from people.permissions import scientists_only
from people.requests import Request
from scoring.analyses.tables import flat
from scoring.models import PairVerdict
from scoring.selectors.pair_verdicts import newest_verdicts, verdict_tables

_SHOWN = 50


@scientists_only
@require_safe
def verdicts(request: Request) -> HttpResponse:
    """What scientists said of the pairs behind scores."""
    corpora = list(Corpus.objects.order_by("-synthetic", "name"))
    corpus = _corpus(request, corpora)
    asked = request.GET.get("verdict", "")
    context: dict[str, object] = {
        "corpora": corpora, "corpus": corpus, "kinds": PairVerdict.Verdict.choices, "asked": asked, "shown": _SHOWN,
    }  # fmt: skip
    if corpus is not None:
        context |= {
            "tables": verdict_tables(corpus),
            "newest": newest_verdicts(corpus, verdict=asked).defer("prediction__checkpoint__card")[:_SHOWN],
        }
    return render(request, "frontend/pairs/page.html", context)


@scientists_only
@require_safe
def sheet(request: Request, key: str) -> HttpResponse:
    """One table of counts as CSV."""
    corpus = _corpus(request, list(Corpus.objects.order_by("-synthetic", "name")))
    found = next((each for each in verdict_tables(corpus) if each["key"] == key), None) if corpus else None
    if corpus is None or found is None:
        raise Http404(_("There is no such table."))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="pair-verdicts-{corpus.key}-{key}.csv"'
    csv.writer(response).writerows(flat(found))
    return response


def _corpus(request: Request, corpora: list[Corpus]) -> Corpus | None:
    asked = request.GET.get("corpus")
    return next((each for each in corpora if each.key == asked), corpora[0] if corpora and not asked else None)


urlpatterns = [
    path("side-by-side/pairs/", verdicts, name="pair_verdicts"),
    path("side-by-side/pairs/<slug:key>.csv", sheet, name="pair_verdict_sheet"),
]
