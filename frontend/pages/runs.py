"""Runs, checkpoints and workers: what models have said, say now, and could say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from annotate.models import Corpus
from annotate.slices import in_words
from frontend.pages.slice_form import SliceForm
from people.permissions import admins_only, scientists_only
from people.requests import Request
from scoring.actions.cancel_run import cancel_run
from scoring.actions.promote_checkpoint import CannotPromote, override_promotion, request_promotion
from scoring.actions.request_run import CheckpointUnavailable, NothingToScore, request_run
from scoring.actions.resume_run import NothingToResume, resume_run
from scoring.metrics import registry
from scoring.models import Checkpoint, Promotion, PromotionState, Run, RunKind, RunState
from scoring.selectors import runs as select

PAGE = 25
_OPTIONS = ("preset", "conversation")


class RunForm(SliceForm):
    """What to score, and by what."""

    checkpoint = forms.ModelChoiceField(
        label=gettext_lazy("Checkpoint"), queryset=Checkpoint.objects.none(), empty_label=None
    )
    preset = forms.ChoiceField(
        label=gettext_lazy("Setting"),
        required=False,
        choices=[
            ("", gettext_lazy("as usual for the worker's device")),
            ("laptop", gettext_lazy("laptop: quickest, fewest questions")),
            ("cpu", gettext_lazy("cpu: fewer questions than published")),
            ("full", gettext_lazy("full: as published, for a GPU")),
        ],
    )
    conversation = forms.ChoiceField(
        label=gettext_lazy("Checked against"),
        required=False,
        choices=[
            ("", gettext_lazy("the reading set")),
            ("read", gettext_lazy("the reading set and the conversation so far")),
        ],
    )
    field_order = ("checkpoint", "preset", "conversation", "corpus", "split", "topic", "config", "limit")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["checkpoint"].queryset = select.usable_checkpoints()  # type: ignore[attr-defined]

    def options(self) -> dict[str, str]:
        """What was chosen of the metric's own settings."""
        return {name: self.cleaned_data[name] for name in _OPTIONS if self.cleaned_data.get(name)}

    def offered(self) -> dict[str, dict[str, list[str]]]:
        """checkpoint -> option -> values that its metric offers: what the page's script shows. One query."""
        return {
            str(row.pk): {name: list(held) for name, held in registry.describe(row.metric).offers.items()}
            for row in select.usable_checkpoints()
            if row.metric in registry.METRICS
        }

    def clean(self) -> dict[str, Any]:
        """Settings must be such as the checkpoint's metric offers."""
        cleaned = super().clean() or self.cleaned_data
        if checkpoint := cleaned.get("checkpoint"):
            try:
                registry.checked_options(checkpoint.metric, self.options())
            except registry.UnknownOption as problem:
                for name, words in problem.problems.items():
                    self.add_error(name, words)
        return cleaned


@scientists_only
@require_safe
def runs(request: Request) -> HttpResponse:
    """Every run, newest first; the table renews itself while something is active."""
    before = request.GET.get("before", "")
    rows = list(select.recent_runs(before=int(before) if before.isdigit() else None)[: PAGE + 1])
    more = rows[PAGE - 1].pk if len(rows) > PAGE else None
    context = {
        "rows": [(run, select.progress_of(run)) for run in rows[:PAGE]],
        "active": any(run.state in (RunState.QUEUED, RunState.RUNNING) for run in rows),
        "next": f"?before={more}" if more else None,
        "no_worker": select.words_if_no_worker("gpu"),
    }
    if request.htmx and not before:
        return render(request, "frontend/runs/_table.html", context)
    metrics = select.checkpoints_by_metric()
    context["unavailable"] = [
        (described, rows_of[0].unavailable if rows_of else "")
        for described, rows_of in metrics
        if not any(not row.unavailable for row in rows_of)
    ]
    return render(request, "frontend/runs/list.html", {**context, "form": RunForm()})


@scientists_only
@require_POST
def run_new(request: Request) -> HttpResponse:
    """Queue a run; the answer does not wait for any model."""
    form = RunForm(request.POST)
    if form.is_valid():
        try:
            run = request_run(
                checkpoint=form.cleaned_data["checkpoint"],
                corpus=form.cleaned_data["corpus"],
                slice=form.slice(),
                options=form.options(),
                requested_by=request.user,
            )
        except (NothingToScore, CheckpointUnavailable) as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("run", run_id=run.pk)
    return render(request, "frontend/runs/new.html", {"form": form}, status=422)


@scientists_only
@require_safe
def run_detail(request: Request, run_id: int) -> HttpResponse:
    """One run, live."""
    run = get_object_or_404(select.recent_runs(), pk=run_id)
    context = {
        "run": run,
        "progress": select.progress_of(run),
        "shards": select.shard_counts(run),
        "failed": select.failed_shards(run)[:50],
        "slice": in_words(run.slice),
        "chosen": _in_words(run.options) if run.kind == RunKind.SCORE else [],
        "active": run.state in (RunState.QUEUED, RunState.RUNNING),
        "stopped": run.state in (RunState.FAILED, RunState.CANCELLED),
        "no_worker": select.words_if_no_worker("gpu"),
    }
    partial = request.htmx
    return render(request, "frontend/runs/_detail.html" if partial else "frontend/runs/detail.html", context)


def _in_words(options: Mapping[str, str]) -> list[str]:
    """What was chosen of a metric's settings, as the form says it."""
    words = {name: dict(RunForm.base_fields[name].choices) for name in _OPTIONS}  # type: ignore[attr-defined]
    return [str(words.get(name, {}).get(value, value)) for name, value in options.items()]


@scientists_only
@require_POST
def run_cancel(request: Request, run_id: int) -> HttpResponse:
    """Ask a run to stop."""
    run = get_object_or_404(Run, pk=run_id)
    cancel_run(run=run, by=request.user)
    return redirect("run", run_id=run.pk)


@scientists_only
@require_POST
def run_resume(request: Request, run_id: int) -> HttpResponse:
    """Put what failed or was cancelled back into the queue."""
    run = get_object_or_404(Run, pk=run_id)
    try:
        resume_run(run=run)
    except NothingToResume as problem:
        messages.warning(request, str(problem))
    return redirect("run", run_id=run.pk)


@scientists_only
@require_safe
def checkpoints(request: Request) -> HttpResponse:
    """Every metric and its checkpoints, with their cards."""
    return render(request, "frontend/runs/checkpoints.html", {"metrics": select.checkpoints_by_metric()})


@scientists_only
@require_safe
def checkpoint(request: Request, checkpoint_id: int) -> HttpResponse:
    """One checkpoint's card."""
    row = get_object_or_404(Checkpoint.objects.select_related("dimension_version__dimension"), pk=checkpoint_id)
    promotions = Promotion.objects.filter(checkpoint=row).select_related("corpus", "current", "requested_by")
    context = {
        "checkpoint": row,
        "runs": select.recent_runs().filter(checkpoint=row)[:10],
        "promotions": promotions.defer("current__card").order_by("-pk")[:10],
        "corpora": Corpus.objects.order_by("synthetic", "name"),
        "deciding": any(each.state == PromotionState.QUEUED for each in promotions),
    }
    if context["deciding"]:
        context["no_worker"] = select.words_if_no_worker("default")
    return render(request, f"frontend/runs/{'_promotions' if request.htmx else 'checkpoint'}.html", context)


@admins_only
@require_POST
def checkpoint_promote(request: Request, checkpoint_id: int) -> HttpResponse:
    """Ask the gate whether a checkpoint may become the one that new runs of its metric take."""
    row = get_object_or_404(Checkpoint, pk=checkpoint_id)
    corpus = get_object_or_404(Corpus, key=request.POST.get("corpus", ""))
    try:
        request_promotion(checkpoint=row, corpus=corpus, by_slice=request.POST.get("by_slice", ""), by=request.user)
    except CannotPromote as problem:
        messages.warning(request, str(problem))
    return redirect("checkpoint", checkpoint_id=row.pk)


@admins_only
@require_POST
def promotion_override(request: Request, promotion_id: int) -> HttpResponse:
    """Activate what the gate refused, with a written reason."""
    row = get_object_or_404(Promotion, pk=promotion_id)
    try:
        override_promotion(promotion=row, reason=request.POST.get("reason", ""), by=request.user)
    except CannotPromote as problem:
        messages.warning(request, str(problem))
    return redirect("checkpoint", checkpoint_id=row.checkpoint_id)


@scientists_only
@require_safe
def workers(request: Request) -> HttpResponse:
    """Which processes score and which do the rest, and what waits for them."""
    context = {"workers": select.workers(), "queue": select.gpu_queue(), "no_worker": select.words_if_no_worker("gpu")}
    partial = request.htmx
    return render(request, "frontend/runs/_workers.html" if partial else "frontend/runs/workers.html", context)


urlpatterns = [
    path("runs/", runs, name="runs"),
    path("runs/new/", run_new, name="run_new"),
    path("runs/<int:run_id>/", run_detail, name="run"),
    path("runs/<int:run_id>/cancel/", run_cancel, name="run_cancel"),
    path("runs/<int:run_id>/resume/", run_resume, name="run_resume"),
    path("checkpoints/", checkpoints, name="checkpoints"),
    path("checkpoints/<int:checkpoint_id>/", checkpoint, name="checkpoint"),
    path("checkpoints/<int:checkpoint_id>/promote/", checkpoint_promote, name="checkpoint_promote"),
    path("promotions/<int:promotion_id>/override/", promotion_override, name="promotion_override"),
    path("workers/", workers, name="workers"),
]
