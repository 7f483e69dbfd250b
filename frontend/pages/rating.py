"""The rating page. What it may show is decided by the selector; the window does the rest."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotate.selectors.rating import task_of, task_payload
from people.permissions import anyone_signed_in
from people.requests import Request
from people.who import person_of


@anyone_signed_in
@never_cache
@require_safe
def rate(request: Request, task_id: int) -> HttpResponse:
    """One conversation of mine to rate, or to read again once it is submitted."""
    task = task_of(task_id=task_id, user=person_of(request))
    if task is None:
        raise Http404
    payload = task_payload(task=task, user=person_of(request))
    points = any(question["evidence"] for question in payload["questions"])
    return render(request, "frontend/rating/page.html", {"task": task, "payload": payload, "points": points})


urlpatterns = [path("rate/<int:task_id>/", rate, name="rate")]
