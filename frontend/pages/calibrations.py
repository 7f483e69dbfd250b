"""How raw values get onto the human scale: what is in force; fit again from newer ratings, look, replace."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from annotate.models import Campaign, Corpus
from frontend.charts.reliability import reliability
from people.permissions import scientists_only
from people.requests import Request
from scoring.actions.activate_calibration import CannotActivate, activate_calibration
from scoring.actions.request_calibration import CannotCalibrate, releases_to_fit_on, request_calibration, send_again
from scoring.models import Calibration, Checkpoint, Release
from scoring.scales import NATIVE
from scoring.selectors.matrix import points_of
from scoring.selectors.runs import words_if_no_worker

_SHOWN = 20


@scientists_only
@require_safe
def calibrations(request: Request, checkpoint_id: int) -> HttpResponse:
    """Every calibration of a checkpoint, newest first, with what it does on ratings that it has not seen."""
    row = get_object_or_404(Checkpoint.objects.select_related("dimension_version__dimension"), pk=checkpoint_id)
    waiting = send_again(checkpoint=row)
    found = Calibration.objects.filter(checkpoint=row).select_related("corpus", "campaign", "release", "made_by")
    points = points_of(row.dimension_version)
    context: dict[str, Any] = {
        "checkpoint": row,
        "native": row.metric in NATIVE,
        "waiting": waiting,
        "no_worker": words_if_no_worker("default") if waiting else "",
        "shown": [(each, reliability(each.curve, points)) for each in found.order_by("-active", "-pk")[:_SHOWN]],
        "corpora": Corpus.objects.order_by("synthetic", "name"),
        "releases": releases_to_fit_on(),
        "campaigns": Campaign.objects.select_related("corpus").order_by("-pk"),
    }
    return render(request, f"frontend/calibrations/{'_list' if request.htmx else 'page'}.html", context)


@scientists_only
@require_POST
def fit(request: Request, checkpoint_id: int) -> HttpResponse:
    """Ask for a new map from the ratings of a corpus, of one campaign or of a release."""
    row = get_object_or_404(Checkpoint, pk=checkpoint_id)
    kind, _, key = request.POST.get("ratings", "").partition(":")
    campaign = get_object_or_404(Campaign, pk=key) if kind == "campaign" and key.isdigit() else None
    release = get_object_or_404(Release, pk=key) if kind == "release" and key.isdigit() else None
    within = campaign or release
    corpus = within.corpus if within else get_object_or_404(Corpus, key=key if kind == "corpus" else "")
    try:
        request_calibration(checkpoint=row, corpus=corpus, campaign=campaign, release=release, by=request.user)
    except CannotCalibrate as problem:
        messages.warning(request, str(problem))
    return redirect("calibrations", checkpoint_id=row.pk)


@scientists_only
@require_POST
def activate(request: Request, calibration_id: int) -> HttpResponse:
    """Put one in force: every prediction of the checkpoint gets another calibrated value."""
    row = get_object_or_404(Calibration, pk=calibration_id)
    try:
        activate_calibration(calibration=row, by=request.user)
    except CannotActivate as problem:
        messages.warning(request, str(problem))
    return redirect("calibrations", checkpoint_id=row.checkpoint_id)


urlpatterns = [
    path("checkpoints/<int:checkpoint_id>/calibrations/", calibrations, name="calibrations"),
    path("checkpoints/<int:checkpoint_id>/calibrations/fit/", fit, name="calibration_fit"),
    path("calibrations/<int:calibration_id>/activate/", activate, name="calibration_activate"),
]
