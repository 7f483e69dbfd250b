"""The frame of every page in a real browser: keys, light and dark, narrow and wide, and what axe finds."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from annotate.models import Campaign, Conversation
from people.models import Role
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROOMS = {
    Role.ANNOTATOR: ("/queue/", "/my/", "/profile/"),
    Role.SCIENTIST: ("/side-by-side/", "/disagreement/", "/runs/", "/checkpoints/", "/workers/"),
    Role.ADMIN: ("/campaigns/", "/releases/", "/people/", "/audit/"),
}


def test_the_sheet_of_keys_opens_closes_and_stays_away_while_typing(new_context: Any) -> None:
    page: Page = new_context(make_user(Role.ADMIN)).new_page()
    page.goto("/people/")
    sheet = page.get_by_role("dialog", name="Keys")
    page.locator("input[name=note]").press("?")
    expect(sheet).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name="Keys").click()
    expect(sheet).to_be_visible()


def test_the_switch_is_remembered_in_this_browser_and_in_no_cookie(new_context: Any) -> None:
    context = new_context(color_scheme="light")
    page: Page = context.new_page()
    page.goto("/sign-in/")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = page.evaluate(background)
    assert dark != light
    page.reload()
    assert page.evaluate(background) == dark
    assert {cookie["name"] for cookie in context.cookies()} <= {"csrftoken"}
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.evaluate(background) == light


def test_the_first_tab_skips_to_the_content(new_context: Any) -> None:
    page: Page = new_context(make_user(Role.SCIENTIST)).new_page()
    page.goto("/runs/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.SCIENTIST, Role.ADMIN])
def test_rooms_fit_a_phone_and_axe_finds_nothing(
    new_context: Any, violations: Any, picture: Any, role: str, scheme: str
) -> None:
    call_command("load_sample", verbosity=0)
    rooms = list(ROOMS[Role(role)])
    if role == Role.SCIENTIST:
        rooms.append(f"/side-by-side/{Conversation.objects.earliest('pk').pk}/")
    if role == Role.ADMIN:
        rooms.append(f"/campaigns/{Campaign.objects.get().pk}/")
    user = make_user(role)
    found: list[str] = []
    for width in (390, 1440):
        page: Page = new_context(user, width=width, color_scheme=scheme).new_page()
        for room in rooms:
            answer = page.goto(room)
            assert answer is not None
            assert answer.status == 200, room
            picture(page, f"{role}-{room.strip('/').replace('/', '-')}-{width}-{scheme}")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{room} at {width}: wider than the window")
            found += [f"{room} at {width}: {words}" for words in violations(page)]
    assert not found, "\n".join(found)


def test_pages_for_strangers_and_errors(new_context: Any, violations: Any) -> None:
    page: Page = new_context(width=390).new_page()
    page.goto("/sign-in/")
    assert violations(page) == []
    signed_in: Page = new_context(make_user(Role.ANNOTATOR), width=390).new_page()
    answer = signed_in.goto("/people/")
    assert answer is not None
    assert answer.status == 404
    expect(signed_in.get_by_role("heading", name="Not found")).to_be_visible()
    assert violations(signed_in) == []
