"""Campaigns: what is to be rated, by how many, in which order; how far it is; who holds what."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotate.actions.close_campaign import close_campaign
from annotate.actions.create_campaign import NameTaken, NoQuestions, create_campaign
from annotate.actions.free_task import free_task
from annotate.actions.open_campaign import NothingToRate, open_campaign
from annotate.actions.skip_task import SKIPPED_FOR
from annotate.models import Campaign, Task
from annotate.models.campaign import CampaignState, Order, TaskState
from annotate.permissions import campaign_readers_only
from annotate.refusals import CampaignNotOpen, TaskClosed
from annotate.sampling import CannotDraw
from annotate.selectors import campaigns as select
from annotate.selectors.progress import end_at_pace
from annotate.selectors.roles import read_by
from annotate.slices import conversations_in, in_words
from frontend.pages.campaign_form import DRAWS, CampaignForm
from people.models import Role
from people.permissions import admins_only
from people.requests import Request
from people.who import person_of
from scoring.models import Checkpoint
from scoring.selectors.sampling import draw_weights
from scoring.selectors.uncertainty import uncertainty_of

PAGE = 25


@campaign_readers_only
@require_safe
def campaigns(request: Request) -> HttpResponse:
    """Every campaign that one may read, newest first, with how far it is."""
    mine, before = read_by(person_of(request)), request.GET.get("before", "")
    rows = select.campaigns_with_progress(mine, before=int(before) if before.isdecimal() else None, size=PAGE + 1)
    more = f"?before={rows[PAGE - 1][0].pk}" if len(rows) > PAGE else None
    return render(request, "frontend/campaigns/list.html", {"rows": rows[:PAGE], "next": more, "first": not before})


@admins_only
def campaign_new(request: Request) -> HttpResponse:
    """A form for a campaign; saved as a draft, or opened at once."""
    if request.method != "POST":
        return render(request, "frontend/campaigns/new.html", {"form": CampaignForm()})
    form = CampaignForm(request.POST)
    if form.is_valid():
        try:
            campaign = create_campaign(by=person_of(request), **form.wanted())
        except (NoQuestions, NameTaken) as problem:
            form.add_error(None, str(problem))
        else:
            if "open" in request.POST:
                _open(request, campaign)
            return redirect("campaign", campaign_id=campaign.pk)
    return render(request, "frontend/campaigns/new.html", {"form": form}, status=422)


@campaign_readers_only
@require_safe
def campaign(request: Request, campaign_id: int) -> HttpResponse:
    """One campaign, live while it is open; to read for its scientists."""
    mine = read_by(person_of(request)).select_related("corpus", "created_by", "gold_plan")
    found = get_object_or_404(mine, pk=campaign_id)
    partial = request.htmx
    context = _detail(found)
    return render(request, "frontend/campaigns/_detail.html" if partial else "frontend/campaigns/detail.html", context)


def _detail(campaign: Campaign) -> dict[str, Any]:
    progress, raters = select.progress_of(campaign), select.raters_of(campaign)
    draft = campaign.state == CampaignState.DRAFT
    questions = list(campaign.questions.select_related("dimension_version__dimension"))
    people = list(campaign.participants.select_related("user").order_by("user__username"))
    return {
        "campaign": campaign,
        "slice": in_words(campaign.slice),
        "planned": conversations_in(campaign.corpus, campaign.slice).count() if draft else None,
        "order": _order_in_words(campaign),
        "draw": _draw_in_words(campaign.sampling),
        "questions": questions,
        "dimension": questions[0].dimension_version.dimension if questions else None,
        "raters_named": [row.user.username for row in people if row.role == Role.ANNOTATOR],
        "readers": [row.user.username for row in people if row.role == Role.SCIENTIST],
        "known": select.known_counts(campaign),
        "progress": progress,
        "eta": end_at_pace(progress, raters),
        "leases": select.leases_of(campaign)[:100],
        "raters": raters[:200],
        "skips": [(_(SKIPPED_FOR.get(reason, reason)), times) for reason, times in select.skips_of(campaign, raters)],
        "draft": draft,
        "open": campaign.state == CampaignState.OPEN,
    }


def _order_in_words(campaign: Campaign) -> str:
    seed = campaign.order_detail.get("seed", 0)
    if campaign.order == Order.RANDOM:
        return f"random, seed {seed}"
    return f"most uncertain first, by {campaign.order_detail.get('name', 'a checkpoint')}; ties by seed {seed}"


def _draw_in_words(wish: dict[str, Any]) -> str:
    if not wish:
        return ""
    parts = [dict(DRAWS)[wish["policy"]], f"{wish['size']} conversations"]
    if by := wish.get("metrics"):
        names = {row.pk: str(row) for row in Checkpoint.objects.filter(pk__in=by).defer("card")}
        parts.append(" against ".join(names.get(pk, f"checkpoint {pk}") for pk in by))
    if wish.get("slice_by"):
        parts.append(f"slices by {wish['slice_by']}")
    if wish["policy"] != "random":
        parts.append(f"random share {round(100 * wish['random_share'])} %")
    parts.append(f"seed {wish['seed']}")
    if drawn := wish.get("drawn"):
        parts.append(f"from {drawn['population']:,}, smallest chance {drawn['smallest_chance']:.3g}")
    return ", ".join(parts)


@admins_only
@require_POST
def campaign_open(request: Request, campaign_id: int) -> HttpResponse:
    """Let raters in."""
    found = get_object_or_404(Campaign, pk=campaign_id)
    _open(request, found)
    return redirect("campaign", campaign_id=campaign_id)


def _open(request: Request, campaign: Campaign) -> None:
    priorities: dict[int, float] = {}
    if campaign.order == Order.PRIORITY:
        checkpoint = Checkpoint.objects.filter(pk=campaign.order_detail.get("checkpoint")).first()
        priorities = uncertainty_of(checkpoint=checkpoint, corpus=campaign.corpus) if checkpoint else {}
        if not priorities:
            messages.error(request, _("Its checkpoint has not scored these conversations: run it first, then open."))
            return
    try:
        weights = draw_weights(campaign)
        open_campaign(campaign=campaign, by=person_of(request), priorities=priorities, weights=weights)
    except (NothingToRate, CampaignNotOpen, CannotDraw) as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The campaign is open."))


@admins_only
@require_POST
def campaign_close(request: Request, campaign_id: int) -> HttpResponse:
    """Hand out no more."""
    try:
        close_campaign(campaign=get_object_or_404(Campaign, pk=campaign_id), by=person_of(request))
    except CampaignNotOpen as problem:
        messages.error(request, str(problem))
    return redirect("campaign", campaign_id=campaign_id)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def task_free(request: Request, campaign_id: int, task_id: int) -> HttpResponse:
    """Take a lease back, once it was said who holds what and since when."""
    found = Task.objects.select_related("rater__user", "item__campaign", "item__conversation")
    task = get_object_or_404(found, pk=task_id, campaign=campaign_id)
    if request.method != "POST":
        return render(request, "frontend/campaigns/free.html", {"task": task, "held": task.state == TaskState.OPEN})
    try:
        free_task(task=task, by=person_of(request))
    except TaskClosed as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(
            request,
            _("The place that %(pseudonym)s held is free; the draft is kept.") % {"pseudonym": task.rater.pseudonym},
        )
    return redirect("campaign", campaign_id=campaign_id)


urlpatterns = [
    path("campaigns/", campaigns, name="campaigns"),
    path("campaigns/new/", campaign_new, name="campaign_new"),
    path("campaigns/<int:campaign_id>/", campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/open/", campaign_open, name="campaign_open"),
    path("campaigns/<int:campaign_id>/close/", campaign_close, name="campaign_close"),
    path("campaigns/<int:campaign_id>/tasks/<int:task_id>/free/", task_free, name="task_free"),
]
