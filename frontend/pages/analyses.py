"""Workbench, agreement and raters: tables that the default worker computed, to read and to take away as CSV."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from defusedcsv import csv
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_safe

from annotate.models import Campaign, Corpus, Dimension
from annotate.permissions import campaign_readers_only
from annotate.selectors.roles import read_by
from frontend.charts.of_table import plot_of
from people.requests import Request
from people.who import person_of
from scoring.actions.ask_analysis import ask_analysis
from scoring.analyses.tables import Table, flat
from scoring.models import Analysis, AnalysisKind
from scoring.selectors.runs import words_if_no_worker

_WORDS = {
    AnalysisKind.WORKBENCH: (
        noop("Workbench"),
        noop("Every metric against people: how well it ranks turns and conversations, where, and whether by chance."),
    ),
    AnalysisKind.AGREEMENT: (noop("Agreement"), noop("How far raters say the same of the same items.")),
    AnalysisKind.RATERS: (
        noop("Raters"),
        noop("Who is milder, who keeps to the middle, who wavers: the rater model and simple checks."),
    ),
}


def _read_here(request: Request) -> QuerySet[Campaign] | None:
    """The campaigns to which this person is kept; None for who reads everything."""
    user = person_of(request)
    return None if user.is_scientist else read_by(user)


def _chosen(
    request: Request, mine: QuerySet[Campaign] | None
) -> tuple[list[Corpus], Corpus | None, list[Dimension], Dimension | None]:
    found = Corpus.objects.order_by("-synthetic", "name")
    corpora = list(found if mine is None else found.filter(pk__in=mine.values("corpus")))
    asked = request.GET.get("corpus", "")
    corpus = next((each for each in corpora if each.key == asked), corpora[0] if corpora else None)
    dimensions = list(Dimension.objects.order_by("pk"))
    asked = request.GET.get("dimension", "")
    dimension = next((each for each in dimensions if each.key == asked), dimensions[0] if dimensions else None)
    return corpora, corpus, dimensions, dimension


def _campaign(
    request: Request, corpus: Corpus, mine: QuerySet[Campaign] | None
) -> tuple[list[Campaign], Campaign | None]:
    """The campaigns that can be looked at apart; without one, all that people said, for who may read all."""
    found = Campaign.objects.all() if mine is None else mine
    campaigns = list(found.filter(corpus=corpus).order_by("-pk"))
    asked = request.GET.get("campaign", "")
    default = None if mine is None else campaigns[0]
    return campaigns, next((each for each in campaigns if str(each.pk) == asked), default)


def _items_of(corpus: Corpus) -> Callable[[str], str]:
    """From a cell's filters to the disagreement queue with its items."""
    return lambda where: f"{reverse('disagreement')}?{urlencode({'corpus': corpus.key})}&{where}"


def _page(request: Request, kind: AnalysisKind) -> HttpResponse:
    mine = _read_here(request)
    corpora, corpus, dimensions, dimension = _chosen(request, mine)
    title, words = _WORDS[kind]
    context: dict[str, object] = {
        "kind": kind.value, "title": _(title), "words": _(words), "corpora": corpora, "corpus": corpus,
        "dimensions": dimensions, "dimension": dimension,
        "everything": mine is None,
    }  # fmt: skip
    if corpus is not None and dimension is not None:
        campaigns, campaign = _campaign(request, corpus, mine)
        row, current = ask_analysis(kind=kind, corpus=corpus, dimension=dimension, campaign=campaign)
        context |= {"row": row, "current": current, "campaigns": campaigns, "campaign": campaign}
        link = _items_of(corpus) if mine is None else lambda where: ""  # the disagreement queue is of whole corpora
        context["tables"] = [(each, plot_of(each, link)) for each in (row.result or {}).get("tables", [])]
        if not current:
            context["no_worker"] = words_if_no_worker("default")
    return render(request, f"frontend/analyses/{'_tables' if request.htmx else 'page'}.html", context)


@campaign_readers_only
@require_safe
def workbench(request: Request) -> HttpResponse:
    """Metrics against people."""
    return _page(request, AnalysisKind.WORKBENCH)


@campaign_readers_only
@require_safe
def agreement(request: Request) -> HttpResponse:
    """Raters against raters."""
    return _page(request, AnalysisKind.AGREEMENT)


@campaign_readers_only
@require_safe
def raters(request: Request) -> HttpResponse:
    """Each rater."""
    return _page(request, AnalysisKind.RATERS)


def _found(request: Request, analysis_id: int, key: str) -> tuple[Analysis, Table]:
    mine = _read_here(request)
    rows = Analysis.objects.select_related("corpus", "dimension")
    row = (rows if mine is None else rows.filter(campaign__in=mine)).filter(pk=analysis_id).first()
    tables = (row.result or {}).get("tables", []) if row else []
    found = next((each for each in tables if each["key"] == key), None)
    if row is None or found is None:
        raise Http404(_("There is no such table."))
    return row, found


def _named(row: Analysis, key: str, ending: str) -> str:
    of = f"{row.corpus.key}-campaign-{row.campaign_id}" if row.campaign_id else row.corpus.key
    return f'attachment; filename="{row.kind}-{of}-{row.dimension.key}-{key}.{ending}"'


@campaign_readers_only
@require_safe
def sheet(request: Request, analysis_id: int, key: str) -> HttpResponse:
    """One table as CSV; cells that a spreadsheet would run are made harmless."""
    row, found = _found(request, analysis_id, key)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = _named(row, key, "csv")
    writer = csv.writer(response)
    for line in flat(found):
        writer.writerow(["" if cell is None else cell for cell in line])
    return response


@campaign_readers_only
@require_safe
def drawing(request: Request, analysis_id: int, key: str) -> HttpResponse:
    """One table's plot as an SVG that stands alone: its own colours, no links, the numbers as titles."""
    row, found = _found(request, analysis_id, key)
    plot = plot_of(found)
    if plot is None:
        raise Http404(_("There is nothing to draw in this table."))
    title = f"{row.corpus.name}, {row.dimension.name}: {plot.title}"
    context = {"chart": plot.chart, "chart_title": title, "standalone": True}
    response = render(request, plot.template, context, content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = _named(row, key, "svg")
    return response


urlpatterns = [
    path("workbench/", workbench, name="workbench"),
    path("agreement/", agreement, name="agreement"),
    path("raters/", raters, name="raters"),
    path("analyses/<int:analysis_id>/<slug:key>.csv", sheet, name="analysis_sheet"),
    path("analyses/<int:analysis_id>/<slug:key>.svg", drawing, name="analysis_drawing"),
]
