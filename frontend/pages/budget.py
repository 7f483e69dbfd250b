"""How many more ratings a campaign needs until people's agreement is known that well, and until when."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from annotate.models import Campaign, Dimension
from annotate.selectors.pace import pace_of_campaign
from frontend.charts.shrinking import shrinking
from people.permissions import admins_only
from people.requests import Request
from scoring.actions.ask_analysis import ask_analysis
from scoring.models import AnalysisKind
from scoring.selectors.runs import words_if_no_worker


@admins_only
@require_safe
def budget(request: Request, campaign_id: int) -> HttpResponse:
    """One question of a campaign; computed by the default worker, shown as it comes."""
    campaign = get_object_or_404(Campaign.objects.select_related("corpus"), pk=campaign_id)
    dimensions = list(
        Dimension.objects.filter(versions__in=campaign.dimension_versions.all()).distinct().order_by("pk")
    )
    asked = request.GET.get("dimension", "")
    dimension = next((each for each in dimensions if each.key == asked), dimensions[0] if dimensions else None)
    context: dict[str, Any] = {"campaign": campaign, "dimensions": dimensions, "dimension": dimension}
    if dimension is not None:
        row, current = ask_analysis(
            kind=AnalysisKind.BUDGET, corpus=campaign.corpus, dimension=dimension, campaign=campaign
        )
        tables = {each["key"]: each for each in (row.result or {}).get("tables", [])}
        pace = pace_of_campaign(campaign)
        context |= {"row": row, "current": current, "pace": pace, "targets": tables.get("targets")}
        if tables:
            rows = tables["targets"]["rows"]
            context["lines"] = [(line, pace.end(line[1]) if line[1] else None) for line in rows]
            context["chart"] = shrinking(tables["curve"]["rows"])
        if not current:
            context["no_worker"] = words_if_no_worker("default")
    return render(request, f"frontend/budget/{'_budget' if request.htmx else 'page'}.html", context)


urlpatterns = [path("campaigns/<int:campaign_id>/budget/", budget, name="budget")]
