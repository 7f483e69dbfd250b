"""One's own page: a released verdict, a reply by keys, agreement that comes in by itself; read by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from annotate.actions.close_campaign import close_campaign
from annotate.models import Reply, TurnTime
from tests.annotate.test_verdicts import World, repeated
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_read_a_verdict_and_reply_by_keys(
    new_context: Any, violations: Any, picture: Any, width: int, scheme: str
) -> None:
    world = World()
    TurnTime.objects.create(task=world.task, turn_index=0, active_ms=25_000)
    page = new_context(world.ada, width=width, height=844, color_scheme=scheme).new_page()
    page.goto("/my/")
    expect(page.locator("#agreement")).to_contain_text("No turn has come to you twice yet")
    page.locator("#differences summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Section 1 says it in other words.")
    picture(page, f"my-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#differences")).to_contain_text("Your reply")
    assert Reply.objects.get().text == "Section 1 says it in other words."
    picture(page, f"my-replied-{width}-{scheme}", full_page=True)
    assert violations(page) == []


def test_agreement_comes_in_by_itself(new_context: Any, violations: Any, picture: Any) -> None:
    ada, _, campaign = repeated(20, again=[1.0] * 18 + [0.0] * 2, other=[1.0] * 12 + [0.5] * 8)
    close_campaign(campaign=campaign, by=make_user("admin"))
    page = new_context(ada).new_page()
    page.goto("/my/")
    expect(page.get_by_role("region", name="Agreement with others")).to_contain_text("60 %")
    expect(page.get_by_role("region", name="Agreement with yourself")).to_contain_text("90 %")
    picture(page, "my-agreement-1440-light", full_page=True)
    assert violations(page) == []
