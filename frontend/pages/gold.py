"""Gold and training of a campaign: known answers, how they are used, how each rater stands by them (docs/gold.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from annotate.actions.add_gold import add_gold
from annotate.actions.let_go_on import let_go_on
from annotate.actions.plan_gold import plan_gold
from annotate.actions.withdraw_gold import NoGold, withdraw_gold
from annotate.importing.gold import GoldLine, gold_line, read_gold
from annotate.importing.problems import Problems
from annotate.importing.records import BadFile, Problem
from annotate.models import Adjudication, Campaign, CampaignItem, RaterStanding
from annotate.models.campaign import CampaignState, Purpose
from annotate.refusals import CampaignNotOpen
from annotate.selectors import gold as select
from annotate.selectors.standing import plan_of
from frontend.pages.gold_form import PURPOSES, FileForm, KnownForm, PlanForm
from people.permissions import admins_only
from people.requests import Request
from people.who import person_of

PAGE = 200
PROBLEMS = 100


def _campaign(campaign_id: int) -> Campaign:
    return get_object_or_404(Campaign.objects.select_related("corpus", "gold_plan"), pk=campaign_id)


@admins_only
@require_safe
def campaign_gold(request: Request, campaign_id: int) -> HttpResponse:
    """Everything about a campaign's known answers."""
    return _page(request, _campaign(campaign_id))


def _page(
    request: Request, campaign: Campaign, *, status: int = 200, problems: Sequence[Problem] = (), **forms: Any
) -> HttpResponse:
    items = list(select.known_items(campaign)[: PAGE + 1])
    context = {
        "campaign": campaign,
        "closed": campaign.state == CampaignState.CLOSED,
        "draft": campaign.state == CampaignState.DRAFT,
        "items": [
            (item, [(answer, select.expected(answer)) for answer in item.known.all()])  # type: ignore[attr-defined]
            for item in items[:PAGE]
        ],
        "more_items": len(items) > PAGE,
        "verdicts": select.verdicts_to_use(campaign)[:PAGE],
        "purposes": PURPOSES,
        "raters": select.rater_rows(campaign)[:PAGE],
        "problems": problems[:PROBLEMS],
        "more_problems": max(0, len(problems) - PROBLEMS),
        "plan": plan_of(campaign),
        "plan_form": forms.get("plan_form") or PlanForm.of(plan_of(campaign)),
        "known_form": forms.get("known_form") or KnownForm(campaign),
        "file_form": forms.get("file_form") or FileForm(),
    }
    return render(request, "frontend/gold/page.html", context, status=status)


@admins_only
@require_POST
def campaign_gold_plan(request: Request, campaign_id: int) -> HttpResponse:
    """How known answers are used."""
    campaign, form = _campaign(campaign_id), PlanForm(request.POST)
    if not form.is_valid():
        return _page(request, campaign, status=422, plan_form=form)
    try:
        plan_gold(campaign=campaign, plan=form.plan(), by=person_of(request))
    except CampaignNotOpen as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The plan is kept."))
    return redirect("campaign_gold", campaign_id=campaign_id)


@admins_only
@require_POST
def campaign_gold_add(request: Request, campaign_id: int) -> HttpResponse:
    """One known answer by hand."""
    campaign = _campaign(campaign_id)
    form, problems = KnownForm(campaign, request.POST), Problems()
    if not form.is_valid():
        return _page(request, campaign, status=422, known_form=form)
    line = gold_line(form.raw(), _("the answer"), problems)
    return _add(request, campaign, [line] if line else [], problems, known_form=form)


@admins_only
@require_POST
def campaign_gold_file(request: Request, campaign_id: int) -> HttpResponse:
    """Known answers by file."""
    campaign, form, problems = _campaign(campaign_id), FileForm(request.POST, request.FILES), Problems()
    if not form.is_valid():
        return _page(request, campaign, status=422, file_form=form)
    file = form.cleaned_data["file"]
    return _add(request, campaign, read_gold(file.name, file.read(), problems), problems)


@admins_only
@require_POST
def campaign_gold_verdicts(request: Request, campaign_id: int) -> HttpResponse:
    """Known answers from verdicts that were ticked."""
    campaign, problems = _campaign(campaign_id), Problems()
    chosen = [int(pk) for pk in request.POST.getlist("verdict") if pk.isdecimal() and len(pk) < 19]
    within = request.POST.get("within", "0").strip() or "0"
    try:
        distance = float(within)
    except ValueError:
        distance = -1.0
    if not 0 <= distance <= 1000:
        problems.add(_("verdicts"), "within", _("must be a number from 0 on"))
    if not chosen:
        problems.add(_("verdicts"), "-", _("tick at least one"))
    rows = select.verdicts_to_use(campaign).filter(pk__in=chosen)
    purpose = request.POST.get("purpose", "gold")
    problems.one_of(purpose, [key for key, _words in PURPOSES], _("verdicts"), "for")
    return _add(request, campaign, [_line(row, distance, purpose) for row in rows], problems)


def _line(row: Adjudication, distance: float, purpose: str) -> GoldLine:
    assert row.verdict is not None
    turn = row.turn.index if row.turn else None
    where = f"{row.conversation.external_id}, turn {turn}"
    accept: Any = [row.verdict]
    if distance:
        accept = {"from": row.verdict - distance, "to": row.verdict + distance}
    question = row.dimension_version.dimension.key
    return GoldLine(where, row.conversation.external_id, turn, question, accept, row.told, "", purpose)


def _add(
    request: Request, campaign: Campaign, lines: Sequence[GoldLine], problems: Problems, **forms: Any
) -> HttpResponse:
    try:
        count = add_gold(campaign=campaign, lines=lines, by=person_of(request), problems=problems)
    except BadFile as refused:
        return _page(request, campaign, status=422, problems=refused.problems, **forms)
    except CampaignNotOpen as problem:
        messages.error(request, str(problem))
    else:
        words = ngettext("%(n)s known answer is kept.", "%(n)s known answers are kept.", count) % {"n": count}
        messages.success(request, words)
    return redirect("campaign_gold", campaign_id=campaign.pk)


@admins_only
@require_POST
def campaign_gold_withdraw(request: Request, campaign_id: int, item_id: int) -> HttpResponse:
    """A known answer was wrong."""
    item = get_object_or_404(
        CampaignItem.objects.exclude(purpose=Purpose.WORK), pk=item_id, campaign=_campaign(campaign_id)
    )
    try:
        withdraw_gold(item=item, by=person_of(request))
    except NoGold as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("It is handed out and counted no more."))
    return redirect("campaign_gold", campaign_id=campaign_id)


@admins_only
@require_POST
def campaign_rater_go_on(request: Request, campaign_id: int, standing_id: int) -> HttpResponse:
    """Lift a pause or a warning, or give one more attempt at the training."""
    standing = get_object_or_404(RaterStanding.objects.select_related("rater"), pk=standing_id, campaign=campaign_id)
    let_go_on(standing=standing, by=person_of(request))
    messages.success(request, _("%(rater)s can go on.") % {"rater": standing.rater.pseudonym})
    return redirect("campaign_gold", campaign_id=campaign_id)


urlpatterns = [
    path("campaigns/<int:campaign_id>/gold/", campaign_gold, name="campaign_gold"),
    path("campaigns/<int:campaign_id>/gold/plan/", campaign_gold_plan, name="campaign_gold_plan"),
    path("campaigns/<int:campaign_id>/gold/add/", campaign_gold_add, name="campaign_gold_add"),
    path("campaigns/<int:campaign_id>/gold/file/", campaign_gold_file, name="campaign_gold_file"),
    path("campaigns/<int:campaign_id>/gold/verdicts/", campaign_gold_verdicts, name="campaign_gold_verdicts"),
    path(
        "campaigns/<int:campaign_id>/gold/<int:item_id>/withdraw/",
        campaign_gold_withdraw,
        name="campaign_gold_withdraw",
    ),
    path(
        "campaigns/<int:campaign_id>/raters/<int:standing_id>/go-on/",
        campaign_rater_go_on,
        name="campaign_rater_go_on",
    ),
]
