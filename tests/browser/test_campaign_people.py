"""An admin gives roles in a campaign by keyboard, and a scientist of it reads it, in a real Chromium; read by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from annotate.models import Participant
from tests.factories import make_campaign, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_roles_are_given_and_read(new_context: Any, violations: Any, picture: Any, width: int, scheme: str) -> None:
    campaign = make_campaign(name="Quality round 1")
    make_user("scientist", username="barbara")
    grace = make_user(username="grace")
    make_user(username="katherine-of-the-long-name")
    page = new_context(make_user("admin", username="hedy"), width=width, color_scheme=scheme).new_page()
    page.goto(f"/campaigns/{campaign.pk}/")
    page.get_by_role("link", name="Change who may what").press("Enter")
    page.get_by_label("grace").select_option("scientist")
    page.get_by_label("Only the people named here rate").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Name at least one person who rates here.")).to_be_visible()
    picture(page, f"campaign-people-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_label("katherine-of-the-long-name").select_option("annotator")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Saved: who has which role in this campaign.")).to_be_visible()
    assert Participant.objects.get(user=grace).role == "scientist"
    theirs = new_context(grace, width=width, color_scheme=scheme).new_page()
    theirs.goto("/queue/")
    picture(theirs, f"queue-of-a-reader-{width}-{scheme}", full_page=True)
    theirs.get_by_role("link", name="Quality round 1").press("Enter")
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Quality round 1")
    expect(theirs.get_by_text("1 chosen person")).to_be_visible()
    picture(theirs, f"campaign-of-a-reader-{width}-{scheme}", full_page=True)
    assert violations(theirs) == []
