"""Releases: data taken home as immutable files."""

from __future__ import annotations

from pathlib import Path

from django import forms
from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from annotate.models import Campaign
from annotate.slices import in_words
from frontend.pages.slice_form import SliceForm
from people.actions.record import record
from people.permissions import admins_only
from people.requests import Request
from scoring.actions.request_release import request_release
from scoring.actions.request_training import EPOCHS_AT_MOST, CannotTrain, request_training, why_not_train
from scoring.models import Release, ReleaseState
from scoring.releasing.formats import FORMATS
from scoring.selectors.runs import words_if_no_worker

PAGE = 25
_ACTIVE = (ReleaseState.QUEUED, ReleaseState.RUNNING)


class ReleaseForm(SliceForm):
    """What to take home, and how."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=[(name, writer.label) for name, writer in FORMATS.items()]
    )
    campaign = forms.ModelChoiceField(
        label=gettext_lazy("Campaign"),
        queryset=Campaign.objects.order_by("name"),
        required=False,
        empty_label=gettext_lazy("all ratings"),
        help_text=gettext_lazy("Only the ratings of this campaign."),
    )
    field_order = ("name", "format", "corpus", "campaign", "split", "topic", "config", "limit")

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        corpus = cleaned.get("corpus")
        if cleaned.get("format") == "topical_chat" and corpus is not None and corpus.format != "topical_chat":
            self.add_error("format", _("This corpus did not come as Topical-Chat; take JSONL."))
        return cleaned


@admins_only
@require_safe
def releases(request: Request) -> HttpResponse:
    """Every release, newest first."""
    before = request.GET.get("before", "")
    found = Release.objects.select_related("corpus", "campaign", "requested_by").order_by("-pk")
    if before.isdigit():
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "active": any(row.state in _ACTIVE for row in rows),
        "next": f"?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else None,
    }
    if request.htmx and not before:
        return render(request, "frontend/releases/_table.html", context)
    context |= {"form": ReleaseForm(), "no_worker": words_if_no_worker("default")}
    return render(request, "frontend/releases/list.html", context)


@admins_only
@require_POST
def release_new(request: Request) -> HttpResponse:
    """Queue a release."""
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return render(request, "frontend/releases/new.html", {"form": form}, status=422)
    release = request_release(
        name=form.cleaned_data["name"],
        corpus=form.cleaned_data["corpus"],
        format=form.cleaned_data["format"],
        slice=form.slice(),
        campaign=form.cleaned_data["campaign"],
        requested_by=request.user,
    )
    return redirect("release", release_id=release.pk)


@admins_only
@require_safe
def release(request: Request, release_id: int) -> HttpResponse:
    """One release with its manifest."""
    row = get_object_or_404(Release.objects.select_related("corpus", "campaign", "requested_by"), pk=release_id)
    context = {"release": row, "slice": in_words(row.slice), "active": row.state in _ACTIVE}
    context["percent"] = int(100 * row.done / row.total) if row.total else 0
    context["no_worker"] = words_if_no_worker("default") if context["active"] else ""
    context["train"] = TrainForm() if not why_not_train(row) else None
    partial = request.htmx
    return render(request, "frontend/releases/_detail.html" if partial else "frontend/releases/detail.html", context)


@admins_only
@require_POST
def release_cancel(request: Request, release_id: int) -> HttpResponse:
    """Ask for a release that is not ready to be given up."""
    row = get_object_or_404(Release, pk=release_id)
    Release.objects.filter(pk=row.pk, state__in=_ACTIVE).update(cancel_requested=True)
    Release.objects.filter(pk=row.pk, state=ReleaseState.QUEUED, lease_until__isnull=True).update(
        state=ReleaseState.CANCELLED
    )
    record(actor=request.user, verb="release.cancel", subject=f"release {row.pk}")
    return redirect("release", release_id=row.pk)


@admins_only
@require_safe
def release_download(request: Request, release_id: int) -> HttpResponseBase:
    """The file, as an attachment."""
    row = get_object_or_404(Release, pk=release_id, state=ReleaseState.READY)
    root = Path(settings.RELEASES).resolve()
    file = (root / row.path).resolve()
    if not file.is_relative_to(root) or not file.is_file():
        raise Http404(_("The release's file is gone."))
    record(actor=request.user, verb="release.download", subject=f"release {row.pk}")
    name = f"{file.parent.name}{file.suffix}"
    response = FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")
    response["X-Content-SHA256"] = row.sha256
    return response


class TrainForm(forms.Form):
    """How long to train."""

    epochs = forms.IntegerField(
        label=gettext_lazy("Epochs"),
        min_value=1,
        max_value=EPOCHS_AT_MOST,
        initial=4,
        help_text=gettext_lazy("How often every conversation is read. Other scoring waits meanwhile."),
    )


@admins_only
@require_POST
def release_train(request: Request, release_id: int) -> HttpResponse:
    """Queue the training of an IQ checkpoint from this release."""
    row = get_object_or_404(Release.objects.select_related("corpus"), pk=release_id)
    form = TrainForm(request.POST)
    if not form.is_valid():
        return render(request, "frontend/releases/train.html", {"release": row, "form": form}, status=422)
    try:
        run = request_training(release=row, requested_by=request.user, epochs=form.cleaned_data["epochs"])
    except CannotTrain as problem:
        form.add_error(None, str(problem))
        return render(request, "frontend/releases/train.html", {"release": row, "form": form}, status=422)
    return redirect("run", run_id=run.pk)


urlpatterns = [
    path("releases/", releases, name="releases"),
    path("releases/new/", release_new, name="release_new"),
    path("releases/<int:release_id>/", release, name="release"),
    path("releases/<int:release_id>/cancel/", release_cancel, name="release_cancel"),
    path("releases/<int:release_id>/train/", release_train, name="release_train"),
    path("releases/<int:release_id>/file/", release_download, name="release_download"),
]
