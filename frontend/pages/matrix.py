"""The matrix: how often people say this where a model says that. Each cell opens its turns."""

from __future__ import annotations

from defusedcsv import csv
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from frontend.pages.compared import Compared, compared
from people.permissions import scientists_only
from people.requests import Request
from scoring.selectors.disagreement import narrowed
from scoring.selectors.matrix import Matrix
from scoring.selectors.matrix import matrix as count

_SLICES = ("split", "topic", "config")


@scientists_only
@require_safe
def matrix(request: Request) -> HttpResponse:
    """People's points against a model's, every cell a way into the queue."""
    found = compared(request)
    context = found.context
    if (counted := _counted(found)) is not None and found.corpus and found.checkpoint:
        query = request.GET.copy()
        for name in set(query) - set(_SLICES):
            del query[name]
        query["corpus"], query["by"] = found.corpus.key, str(found.checkpoint.pk)
        context |= {
            "matrix": counted,
            "same": counted.share(apart=0),
            "near": counted.share(apart=1),
            "query": query.urlencode(),
        }
    return render(request, "frontend/disagreement/matrix.html", context)


@scientists_only
@require_safe
def sheet(request: Request) -> HttpResponse:
    """The counts as CSV, one line for each cell."""
    found = compared(request)
    counted = _counted(found)
    if counted is None or found.corpus is None:
        raise Http404(_("There is nothing to count."))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="matrix-{found.corpus.key}.csv"'
    writer = csv.writer(response)
    writer.writerow(["people", "model", "turns"])
    for people, cells in counted.rows:
        writer.writerows([people, model, n] for model, n in cells)
    return response


def _counted(found: Compared) -> Matrix | None:
    if found.corpus is None or found.checkpoint is None:
        return None
    slices = {name: found.filters[name] for name in _SLICES}
    within = narrowed(corpus=found.corpus, checkpoint=found.checkpoint, filters=slices)
    return count(corpus=found.corpus, checkpoint=found.checkpoint, within=within)


urlpatterns = [
    path("disagreement/matrix/", matrix, name="matrix"),
    path("disagreement/matrix.csv", sheet, name="matrix_sheet"),
]
