"""An annotator's own page: pace, turns done, agreement, and verdicts that differ from one's own answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotate.actions.reply_to_verdict import reply_to_verdict
from annotate.refusals import BadReply, NoSuchVerdict
from annotate.selectors.agreeing import agreement_with_others, self_agreement
from annotate.selectors.known import own_accuracy
from annotate.selectors.queue import pace_of, tasks_of
from annotate.selectors.verdicts import my_verdicts
from people.permissions import anyone_signed_in
from people.requests import Request
from people.who import person_of

PAGE = 25


@anyone_signed_in
@require_safe
def my_progress(request: Request) -> HttpResponse:
    """My own work: per campaign, my differences, and every task with its state."""
    user = person_of(request)
    before, verdicts_before = _number(request, "before"), _number(request, "verdicts")
    rows = list(tasks_of(user, before=before)[: PAGE + 1])
    verdicts, more = my_verdicts(user, before=verdicts_before)
    context = {
        "paces": pace_of(user),
        "accuracies": own_accuracy(user),
        "verdicts": verdicts,
        "more_verdicts": f"?verdicts={more}#differences" if more else None,
        "rows": rows[:PAGE],
        "next": f"?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else None,
        "first": before is None,
    }
    return render(request, "frontend/progress/page.html", context)


def _number(request: Request, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


@anyone_signed_in
@require_safe
def my_agreement(request: Request) -> HttpResponse:
    """With myself, and with others in sums only. Fetched by the page when it stands: it looks at many rows."""
    user = person_of(request)
    context = {"myself": self_agreement(user), "others": agreement_with_others(user)}
    return render(request, "frontend/progress/_agreement.html", context)


@anyone_signed_in
@require_POST
def my_reply(request: Request, adjudication_id: int) -> HttpResponse:
    """My answer to a verdict over a judgement of mine."""
    try:
        reply_to_verdict(adjudication_id=adjudication_id, user=person_of(request), text=request.POST.get("text", ""))
    except NoSuchVerdict as problem:
        raise Http404 from problem
    except BadReply as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Your reply is kept. Another reviewer will look at this turn."))
    return redirect("my_progress")


urlpatterns = [
    path("my/", my_progress, name="my_progress"),
    path("my/agreement/", my_agreement, name="my_agreement"),
    path("my/verdicts/<int:adjudication_id>/reply/", my_reply, name="my_reply"),
]
