"""Dimensions in their versions, and the maps between them: rename, merge, split."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotate.actions.ask_again import NothingToAsk, ask_again
from annotate.actions.change_dimensions import BadMap, change_dimensions
from annotate.actions.define_dimension import KeyTaken, define_dimension
from annotate.models import DimensionMap, DimensionVersion
from annotate.models.campaign import AgainTo
from annotate.selectors import maps as select
from annotate.selectors.again import again_for
from frontend.pages.dimension_form import AnswersForm, DimensionForm, EndsForm, labels_of
from people.permissions import admins_only
from people.requests import Request
from people.who import person_of


@admins_only
@require_safe
def dimensions(request: Request) -> HttpResponse:
    """Every version with its ratings, and the log of maps."""
    context = {"versions": select.versions_with_ratings(), "maps": select.maps_made()[:100]}
    return render(request, "frontend/dimensions/list.html", context)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def dimension_new(request: Request) -> HttpResponse:
    """A new dimension, to be asked, or to split others into."""
    form = DimensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = dict(form.cleaned_data)
        wanted["null_reasons"] = wanted.pop("reasons")
        try:
            version = define_dimension(by=person_of(request), **wanted)
        except KeyTaken as problem:
            form.add_error("key", str(problem))
        else:
            messages.success(request, _("%(dimension)s is there.") % {"dimension": version.dimension.name})
            return redirect("dimensions")
    status = 422 if request.method == "POST" else 200
    return render(request, "frontend/dimensions/new.html", {"form": form}, status=status)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def dimension_change(request: Request) -> HttpResponse:
    """First what changes into what, then what each answer becomes; kept only when confirmed."""
    labels = labels_of([(each.row, each.ratings) for each in select.versions_with_ratings()])
    if request.method != "POST":
        start = request.GET.get("from", "")
        found = DimensionVersion.objects.filter(pk=int(start)) if start.isdecimal() and len(start) < 10 else None
        version = found.select_related("dimension").first() if found is not None else None
        form = EndsForm(initial=EndsForm.starting_from(version), labels=labels)
        return render(request, "frontend/dimensions/change.html", {"form": form})
    form = EndsForm(request.POST, labels=labels)
    if not form.is_valid():
        return render(request, "frontend/dimensions/change.html", {"form": form}, status=422)
    sources, targets = form.ends
    counts = select.answers_given({row.pk for row in sources})
    moved = request.POST.get("shown", "") != form.shown
    answers = AnswersForm(request.POST, ends=form, counts=counts, again=moved)
    context = {"form": form, "answers": answers, "asking": select.still_asking({row.pk for row in sources})}
    if moved or "confirm" not in request.POST:
        return render(request, "frontend/dimensions/change.html", context)
    if answers.is_valid():
        try:
            made = change_dimensions(
                kind=form.cleaned_data["kind"],
                sources=sources,
                targets=targets,
                answers=answers.answers(),
                why=answers.cleaned_data["why"],
                op_id=form.cleaned_data["op_id"],
                by=person_of(request),
            )
        except BadMap as problem:
            answers.refuse(problem, form)
        else:
            return redirect("dimension_map", map_id=made.pk)
    return render(request, "frontend/dimensions/change.html", context, status=422)


@admins_only
@require_safe
def dimension_map(request: Request, map_id: int) -> HttpResponse:
    """One map: what became what, and how many ratings it concerns now."""
    found = get_object_or_404(DimensionMap.objects.select_related("made_by"), pk=map_id)
    parts = select.parts_of(found)
    context = {
        "map": found,
        "parts": parts,
        "asking": select.still_asking({part.row.source_id for part in parts}),
        "again": again_for(found, [part.row for part in parts]),
        "choices": AgainTo.choices,
    }
    return render(request, "frontend/dimensions/map.html", context)


@admins_only
@require_POST
def dimension_map_again(request: Request, map_id: int) -> HttpResponse:
    """Hand out again what the map cannot tell."""
    found = get_object_or_404(DimensionMap, pk=map_id)
    try:
        made = ask_again(map=found, to=request.POST.get("to", ""), by=person_of(request))
    except NothingToAsk as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Handed out again: %(known)s.") % {"known": ", ".join(row.name for row in made)})
    return redirect("dimension_map", map_id=map_id)


urlpatterns = [
    path("campaigns/dimensions/", dimensions, name="dimensions"),
    path("campaigns/dimensions/new/", dimension_new, name="dimension_new"),
    path("campaigns/dimensions/change/", dimension_change, name="dimension_change"),
    path("campaigns/dimensions/maps/<int:map_id>/", dimension_map, name="dimension_map"),
    path("campaigns/dimensions/maps/<int:map_id>/again/", dimension_map_again, name="dimension_map_again"),
]
