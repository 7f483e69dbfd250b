"""Studies: two responses to one context against each other. Judges see their pairs, scientists what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from defusedcsv import csv
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from annotate.actions.choose_judges import BadJudges, choose_judges
from annotate.actions.close_study import close_study
from annotate.actions.create_campaign import NameTaken, NoQuestions
from annotate.actions.create_study import TooFewSystems, create_study
from annotate.actions.free_pair import free_pair
from annotate.actions.open_study import NothingToCompare, open_study
from annotate.actions.skip_task import REASONS
from annotate.models import Study, StudyPlace
from annotate.models.campaign import CampaignState
from annotate.refusals import StudyNotOpen, TaskClosed
from annotate.selectors import studies as select
from annotate.selectors.judging import open_studies_for, study_desks
from annotate.selectors.progress import end_at_pace
from annotate.selectors.study_results import CHOICE_COLUMNS, Results, choice_rows, results_of
from frontend.charts.intervals import intervals
from frontend.pages.study_form import JudgesForm, StudyForm
from people.models import Role
from people.permissions import admins_only, anyone_signed_in, scientists_only
from people.requests import Request
from people.who import person_of
from scoring.selectors.runs import words_if_no_worker

PAGE = 25


@anyone_signed_in
@require_safe
def studies(request: Request) -> HttpResponse:
    """For a judge the open ones with their own counts; for scientists and admins all of them, newest first."""
    user = person_of(request)
    if user.role == Role.ANNOTATOR:
        return render(request, "frontend/studies/desks.html", {"desks": study_desks(user)})
    before = request.GET.get("before", "")
    rows = select.studies_with_progress(before=int(before) if before.isdecimal() else None, size=PAGE + 1)
    more = f"?before={rows[PAGE - 1][0].pk}" if len(rows) > PAGE else None
    return render(request, "frontend/studies/list.html", {"rows": rows[:PAGE], "next": more, "first": not before})


@admins_only
def study_new(request: Request) -> HttpResponse:
    """First the corpus, since its systems are what is chosen from; then the form."""
    corpora = list(select.corpora_with_alternatives())
    corpus = next((each for each in corpora if each.key == request.GET.get("corpus")), None)
    if corpus is None and len(corpora) == 1:
        corpus = corpora[0]
    context: dict[str, Any] = {"corpora": corpora, "corpus": corpus}
    if corpus is None:
        return render(request, "frontend/studies/new.html", context, status=422 if request.method == "POST" else 200)
    if request.method != "POST":
        return render(request, "frontend/studies/new.html", context | {"form": StudyForm(corpus)})
    form = StudyForm(corpus, request.POST)
    if form.is_valid():
        try:
            study = create_study(by=person_of(request), **form.wanted())
        except (NoQuestions, NameTaken, TooFewSystems) as problem:
            form.add_error(None, str(problem))
        except BadJudges as problem:
            form.add_error("people", str(problem))
        else:
            if "open" in request.POST:
                _open(request, study)
            return redirect("study", study_id=study.pk)
    return render(request, "frontend/studies/new.html", context | {"form": form}, status=422)


@scientists_only
@require_safe
def study(request: Request, study_id: int) -> HttpResponse:
    """One study, live while it is open."""
    found = get_object_or_404(Study.objects.select_related("corpus", "created_by"), pk=study_id)
    progress, judges = select.study_progress(found), select.judges_of(found)
    draft = found.state == CampaignState.DRAFT
    context = {
        "study": found,
        "progress": progress,
        "planned": len(select.planned_pairs(found)) if draft else None,
        "eta": end_at_pace(progress, judges),
        "leases": select.study_leases_of(found)[:100],
        "judges": judges[:200],
        "skips": [(_(REASONS.get(reason, reason)), times) for reason, times in select.pair_skips_of(found, judges)],
        "questions": found.questions.all(),
        "chosen": [] if found.open_to_all else select.chosen_judges(found),
        "draft": draft,
        "open": found.state == CampaignState.OPEN,
    }
    return render(request, "frontend/studies/_detail.html" if request.htmx else "frontend/studies/detail.html", context)


@admins_only
def study_judges(request: Request, study_id: int) -> HttpResponse:
    """Say who may judge: every annotator, or chosen ones."""
    found = get_object_or_404(Study.objects.exclude(state=CampaignState.CLOSED), pk=study_id)
    if request.method != "POST":
        initial = {"chosen_only": not found.open_to_all, "people": select.chosen_judges(found)}
        return render(request, "frontend/studies/judges.html", {"study": found, "form": JudgesForm(initial=initial)})
    form = JudgesForm(request.POST)
    if form.is_valid():
        try:
            choose_judges(study=found, people=form.judges_wanted(), by=person_of(request))
        except BadJudges as problem:
            form.add_error("people", str(problem))
        except StudyNotOpen as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Saved: who may judge."))
            return redirect("study", study_id=study_id)
    return render(request, "frontend/studies/judges.html", {"study": found, "form": form}, status=422)


@admins_only
@require_POST
def study_open(request: Request, study_id: int) -> HttpResponse:
    """Let judges in."""
    _open(request, get_object_or_404(Study, pk=study_id))
    return redirect("study", study_id=study_id)


def _open(request: Request, study: Study) -> None:
    try:
        open_study(study=study, by=person_of(request))
    except (NothingToCompare, StudyNotOpen) as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The study is open."))


@admins_only
@require_POST
def study_close(request: Request, study_id: int) -> HttpResponse:
    """Hand out no more pairs."""
    try:
        close_study(study=get_object_or_404(Study, pk=study_id), by=person_of(request))
    except StudyNotOpen as problem:
        messages.error(request, str(problem))
    return redirect("study", study_id=study_id)


@admins_only
@require_POST
def study_free(request: Request, study_id: int, place_id: int) -> HttpResponse:
    """Take a lease back."""
    place = get_object_or_404(StudyPlace.objects.select_related("rater"), pk=place_id, pair__study=study_id)
    try:
        free_pair(place=place, by=person_of(request))
    except TaskClosed as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(
            request,
            _("The place that %(pseudonym)s held is free; the choices are kept.")
            % {"pseudonym": place.rater.pseudonym},
        )
    return redirect("study", study_id=study_id)


@anyone_signed_in
@never_cache
@require_safe
def study_rate(request: Request, study_id: int) -> HttpResponse:
    """Where a judge judges. Nothing of a pair is in the page: the window asks for one when it is ready."""
    user = person_of(request)
    found = open_studies_for(user).filter(pk=study_id).first()
    if found is None and user.role == Role.ANNOTATOR:
        # A link that a colleague passed on: say why it does not open.
        get_object_or_404(Study, pk=study_id, state=CampaignState.OPEN)
        messages.error(request, _(select.NOT_CHOSEN))
        return redirect("studies")
    if found is None:
        raise Http404
    return render(
        request,
        "frontend/studies/rate.html",
        {"study": found, "reasons": [(key, _(words)) for key, words in REASONS.items()]},
    )


@scientists_only
@require_safe
def study_results(request: Request, study_id: int) -> HttpResponse:
    """What came of it, per question; renewed by itself while the default worker computes."""
    results = results_of(_judged_study(study_id))
    context = {
        "study": results.study,
        "results": results,
        "questions": [_shown(question) for question in (results.results or {}).get("questions", ())],
        "no_worker": "" if results.fresh else words_if_no_worker("default"),
    }
    partial = "frontend/studies/_results.html" if request.htmx else "frontend/studies/results.html"
    return render(request, partial, context)


def _judged_study(study_id: int) -> Study:
    found = Study.objects.select_related("corpus", "result").exclude(state=CampaignState.DRAFT)
    return get_object_or_404(found, pk=study_id)


def _shown(question: dict[str, Any]) -> dict[str, Any]:
    sides, agreement = question["sides"], question["agreement"]
    decided = sides["a"] + sides["b"]
    return question | {
        "chart": intervals([row | {"name": row["system"]} for row in question["strengths"]], signed=True),
        "no_interval": next((row["interval_reason"] for row in question["strengths"] if row["interval_reason"]), ""),
        "side_share": 100 * sides["a"] / decided if decided else None,
        "side_low": 100 * sides["low"] if decided else None,
        "side_high": 100 * sides["high"] if decided else None,
        "same_share": 100 * agreement["same"] / agreement["compared"] if agreement["compared"] else None,
    }


@scientists_only
@require_safe
def study_results_csv(request: Request, study_id: int) -> HttpResponseBase:
    """The table of results, a row for every two systems and question."""
    results = results_of(_judged_study(study_id))
    if results.results is None:
        raise Http404
    return _csv(_RESULT_COLUMNS, _result_rows(results), f"study-{study_id}-results.csv")


_RESULT_COLUMNS = (
    "question", "first", "second", "first_better", "equal", "second_better", "win_rate", "low", "high",
    "contexts_first", "contexts_equal", "contexts_second", "sign_test_p", "sign_test_p_holm", "strength_first",
    "strength_second", "computed_at",
)  # fmt: skip


def _result_rows(results: Results) -> Iterator[Sequence[Any]]:
    for question in (results.results or {})["questions"]:
        strong = {row["system"]: row["value"] for row in question["strengths"]}
        for pair in question["pairs"]:
            rate = pair["win_rate"]
            yield (
                question["name"], pair["first"], pair["second"], *_counts(pair["answers"]), rate["value"], rate["low"],
                rate["high"], *_counts(pair["contexts"]), pair["chance"], pair["chance_holm"],
                strong.get(pair["first"]), strong.get(pair["second"]), results.computed_at,
            )  # fmt: skip


def _counts(outcomes: dict[str, int]) -> tuple[int, int, int]:
    return outcomes["first"], outcomes["equal"], outcomes["second"]


@scientists_only
@require_safe
def study_choices_csv(request: Request, study_id: int) -> HttpResponseBase:
    """Every counted choice, judges numbered."""
    found = _judged_study(study_id)
    return _csv(CHOICE_COLUMNS, choice_rows(found), f"study-{study_id}-choices.csv")


class _Line:
    """A file of which each write is one line: what StreamingHttpResponse sends."""

    def write(self, line: str) -> str:
        return line


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> StreamingHttpResponse:
    writer = csv.writer(_Line())

    def lines() -> Iterator[str]:
        yield writer.writerow(columns)
        for row in rows:
            yield writer.writerow(["" if cell is None else cell for cell in row])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


urlpatterns = [
    path("studies/", studies, name="studies"),
    path("studies/new/", study_new, name="study_new"),
    path("studies/<int:study_id>/", study, name="study"),
    path("studies/<int:study_id>/judges/", study_judges, name="study_judges"),
    path("studies/<int:study_id>/open/", study_open, name="study_open"),
    path("studies/<int:study_id>/close/", study_close, name="study_close"),
    path("studies/<int:study_id>/places/<int:place_id>/free/", study_free, name="study_free"),
    path("studies/<int:study_id>/rate/", study_rate, name="study_rate"),
    path("studies/<int:study_id>/results/", study_results, name="study_results"),
    path("studies/<int:study_id>/results.csv", study_results_csv, name="study_results_csv"),
    path("studies/<int:study_id>/choices.csv", study_choices_csv, name="study_choices_csv"),
]
