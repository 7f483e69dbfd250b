"""The annotator's queue: what one takes part in, and the next task on one click."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from annotate.actions.claim_task import claim_task
from annotate.selectors.queue import campaigns_for, desks_of
from annotate.selectors.roles import read_by
from people.models import Role
from people.permissions import anyone_signed_in
from people.requests import Request
from people.who import person_of


@anyone_signed_in
@require_safe
def queue(request: Request) -> HttpResponse:
    """Every open campaign of mine; in words why there is nothing, where there is nothing."""
    user = person_of(request)
    # In the navigation of annotators there are no campaigns: few of them are a scientist of one.
    readable = read_by(user).order_by("name").values("pk", "name") if user.role == Role.ANNOTATOR else []
    return render(request, "frontend/queue/page.html", {"desks": desks_of(user), "readable": readable})


@anyone_signed_in
@require_POST
def claim(request: Request, campaign_id: int) -> HttpResponse:
    """Go on with what is at hand, or take the next one."""
    campaign = get_object_or_404(campaigns_for(person_of(request)), pk=campaign_id)
    claimed = claim_task(campaign=campaign, user=person_of(request))
    if claimed.task is None:
        messages.info(request, f"{campaign.name}: {claimed.words}")
        return redirect("queue")
    return redirect("rate", task_id=claimed.task.pk)


urlpatterns = [
    path("queue/", queue, name="queue"),
    path("queue/<int:campaign_id>/claim/", claim, name="claim"),
]
