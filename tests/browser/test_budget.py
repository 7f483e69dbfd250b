"""The budget of a campaign and the audit log in a real Chromium; read by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from scoring.actions.run_analysis import run_analysis
from scoring.models import Analysis
from tests.factories import make_user
from tests.frontend.test_budget_page import rated

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_ask_for_a_budget_and_read_the_log(
    new_context: Any, violations: Any, picture: Any, width: int, scheme: str
) -> None:
    campaign = rated()
    page = new_context(make_user("admin"), width=width, color_scheme=scheme).new_page()
    page.goto(f"/campaigns/{campaign.pk}/")
    page.get_by_role("link", name="Budget").press("Enter")
    expect(page.get_by_text("Being computed")).to_be_visible()
    run_analysis(analysis_id=Analysis.objects.get(kind="budget").pk)
    expect(page.get_by_role("heading", name="What a narrower interval costs")).to_be_visible(timeout=15_000)
    picture(page, f"budget-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.goto("/audit/")
    page.get_by_label("What", exact=True).select_option("campaign.open")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.get_by_role("cell", name="campaign.open")).to_have_count(1)
    picture(page, f"audit-{width}-{scheme}", full_page=True)
    assert violations(page) == []
