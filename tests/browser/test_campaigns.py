"""An admin's way through a campaign in a real Chromium: form, detail, leases; read by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from annotate.actions.claim_task import claim_task
from annotate.models import Campaign, Task
from tests.factories import SCALE_CONSISTENCY, make_corpus, make_dimension, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_lay_out_watch_free_and_close(new_context: Any, violations: Any, picture: Any, width: int, scheme: str) -> None:
    make_corpus(conversations=6, key="sample")
    make_dimension("style-of-speech")
    make_dimension("truth-to-source", scale=SCALE_CONSISTENCY)
    annotator = make_user(username="grace")
    page = new_context(make_user("admin", username="hedy"), width=width, color_scheme=scheme).new_page()
    page.goto("/campaigns/")
    page.get_by_role("link", name="New campaign").click()
    page.get_by_label("Name").fill("Quality round 1")
    page.get_by_label("Style of speech").select_option("required")
    page.get_by_label("Truth to source").select_option("optional")
    picture(page, f"campaign-new-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_role("button", name="Create and open").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quality round 1")
    campaign = Campaign.objects.get()
    assert list(campaign.questions.values_list("required", flat=True)) == [True, False]
    assert claim_task(campaign=campaign, user=annotator).task is not None
    expect(page.get_by_text("grace").first).to_be_visible(timeout=15_000)  # the page renews itself
    picture(page, f"campaign-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_role("link", name="Free").press("Enter")
    expect(page.get_by_text("grace")).to_be_visible()
    picture(page, f"campaign-free-{width}-{scheme}")
    assert violations(page) == []
    page.get_by_role("button", name="Free the place").press("Enter")
    expect(page.get_by_text("is free; the draft is kept")).to_be_visible()
    assert Task.objects.get().state == "released"
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("closed")
    page.goto("/campaigns/")
    picture(page, f"campaigns-{width}-{scheme}")
    assert violations(page) == []
