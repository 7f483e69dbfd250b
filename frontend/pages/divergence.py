"""Conversations that diverge like one: people minus model along the turns, nearest profiles first."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from annotate.models import Conversation
from frontend.charts.profile import profiles
from people.permissions import scientists_only
from people.requests import Request
from scoring.likeness import DIVERGENCE_WEIGHT, POINTS
from scoring.models import Checkpoint
from scoring.selectors.conversations import slice_values
from scoring.selectors.divergence import FILTERS, LISTED, diverging_alike, profile_of

PAGE = 25


@scientists_only
@require_safe
def alike(request: Request, conversation_id: int, checkpoint_id: int) -> HttpResponse:
    """A page of conversations, nearest first. Four queries: the conversation, its profile, the slices, the rows."""
    conversation = get_object_or_404(Conversation.objects.select_related("corpus"), pk=conversation_id)
    filters = {name: request.GET.get(name, "") for name in FILTERS}
    gap = profile_of(conversation_id=conversation.pk, checkpoint_id=checkpoint_id)
    context: dict[str, object] = {
        "conversation": conversation,
        "corpus": conversation.corpus,
        "gap": gap,
        "filters": filters,
        "points": POINTS,
        "weight": DIVERGENCE_WEIGHT,
        "listed": LISTED,
    }
    if gap is None:
        context["checkpoint"] = get_object_or_404(Checkpoint.objects.defer("card"), pk=checkpoint_id)
        return render(request, "frontend/side_by_side/alike.html", context)
    asked = request.GET.get("page", "1")
    page = int(asked) if asked.isdecimal() and len(asked) < 4 else 1
    if not 1 <= page <= LISTED // PAGE:
        raise Http404(_("There is no such page."))
    rows = list(diverging_alike(gap, filters=filters)[(page - 1) * PAGE : page * PAGE + 1])
    own = gap.profile or []
    reach = max([0.25, *(abs(value) for each in (gap, *rows) for value in each.profile or [])])
    context |= {
        "checkpoint": gap.checkpoint,
        "values": slice_values(conversation.corpus),
        "rows": [(row, profiles(own, row.profile or [], reach=reach)) for row in rows[:PAGE]],
        "own": profiles(own, own, reach=reach),
    }
    if len(rows) > PAGE and page < LISTED // PAGE:
        query = request.GET.copy()
        query["page"] = str(page + 1)
        context["next"] = f"?{query.urlencode()}"
    return render(request, "frontend/side_by_side/alike.html", context)


urlpatterns = [path("side-by-side/<int:conversation_id>/alike/<int:checkpoint_id>/", alike, name="alike")]
