"""Corpora: what there is, what came in, what came in differently, and the upload."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotate.actions.cancel_import import cancel_import
from annotate.actions.request_import import ImportRefused, request_import
from annotate.actions.run_import_job import UNFINISHED
from annotate.importing.registry import FORMATS
from annotate.models import ImportJob
from annotate.selectors import corpora as select
from people.permissions import admins_only
from people.requests import Request
from scoring.selectors.runs import words_if_no_worker

CONFLICTS, PROBLEMS = 200, 200


class ManyFiles(forms.ClearableFileInput):
    """A file input for several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more uploaded files, as a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files if file] or super().clean(None)


class ImportForm(forms.Form):
    """Which files, in which format, into which corpus."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=[(each.name, f"{each.label}: {each.files}") for each in FORMATS.values()]
    )
    files = FilesField(  # type: ignore[assignment]  # a form's own `files` is set on the instance
        help_text=gettext_lazy("All files of one import at once; each is recognised by its content.")
    )
    corpus_key = forms.SlugField(
        label=gettext_lazy("Key of the corpus"),
        max_length=64,
        help_text=gettext_lazy("Letters, digits, - and _. An existing key adds what is new."),
    )
    corpus_name = forms.CharField(
        label=gettext_lazy("Name"), required=False, max_length=200, help_text=gettext_lazy("When the corpus is new.")
    )


@admins_only
@require_safe
def corpora(request: Request) -> HttpResponse:
    """Every corpus, and the latest imports."""
    context = {
        "corpora": select.corpora_with_counts(),
        "jobs": select.recent_imports()[:10],
        "no_worker": words_if_no_worker("default"),
    }
    return render(request, "frontend/corpora/list.html", context)


@admins_only
@require_safe
def corpus(request: Request, corpus_id: int) -> HttpResponse:
    """One corpus: its splits, and what arrived with other content and was not taken over."""
    row = get_object_or_404(select.corpora_with_counts(), pk=corpus_id)
    context = {
        "corpus": row,
        "slices": select.slices_of(row),
        "conflicts": select.conflicts_of(row)[:CONFLICTS],
        "shown": CONFLICTS,
    }
    return render(request, "frontend/corpora/corpus.html", context)


@admins_only
@require_http_methods(["GET", "POST"])
def import_new(request: Request) -> HttpResponse:
    """Upload files; the default worker reads them."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = request_import(
                corpus_key=form.cleaned_data["corpus_key"],
                corpus_name=form.cleaned_data["corpus_name"],
                format=form.cleaned_data["format"],
                files=form.cleaned_data["files"],
                requested_by=request.user,
            )
        except ImportRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("import_job", job_id=job.pk)
    context = {
        "form": form,
        "no_worker": words_if_no_worker("default"),
        "limit": settings.IMPORT_MAX_BYTES // 2**20,
    }
    return render(request, "frontend/corpora/import_new.html", context, status=422 if form.errors else 200)


@admins_only
@require_safe
def import_job(request: Request, job_id: int) -> HttpResponse:
    """One import, live; every bad line and field when it was refused."""
    job = get_object_or_404(ImportJob.objects.select_related("corpus", "requested_by"), pk=job_id)
    active = job.state in UNFINISHED
    context = {
        "job": job,
        "files": job.files.order_by("pk"),
        "active": active,
        "percent": int(100 * job.done / job.total) if job.total else 0,
        "problems": job.problems[:PROBLEMS],
        "more": max(job.problem_count - PROBLEMS, 0),
        "no_worker": words_if_no_worker("default") if active else "",
    }
    template = "frontend/corpora/_job.html" if request.htmx else "frontend/corpora/job.html"
    return render(request, template, context)


@admins_only
@require_POST
def import_cancel(request: Request, job_id: int) -> HttpResponse:
    """Ask an import to stop; nothing of it is written."""
    cancel_import(job=get_object_or_404(ImportJob, pk=job_id), by=request.user)
    return redirect("import_job", job_id=job_id)


urlpatterns = [
    path("corpora/", corpora, name="corpora"),
    path("corpora/<int:corpus_id>/", corpus, name="corpus"),
    path("corpora/import/", import_new, name="import_new"),
    path("corpora/imports/<int:job_id>/", import_job, name="import_job"),
    path("corpora/imports/<int:job_id>/cancel/", import_cancel, name="import_cancel"),
]
