"""An admin splits a dimension in a real Chromium, by keys alone where it counts; read by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from annotate.models import DimensionMap, Rater, Rating
from tests.factories import make_corpus, make_dimension, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_describe_a_new_version_and_map_to_it(
    new_context: Any, violations: Any, picture: Any, width: int, scheme: str
) -> None:
    version = make_dimension("warmth")
    conversation = make_corpus(conversations=1, key="sample").conversations.get()
    for number in (1, 3, 5):
        rater = Rater.objects.create(corpus=conversation.corpus, pseudonym=f"r{number}")
        turn = conversation.turns.get(index=0)
        Rating.objects.create(
            conversation=conversation, turn=turn, dimension_version=version, rater=rater, number=number
        )
    page = new_context(make_user("admin"), width=width, color_scheme=scheme).new_page()
    page.goto("/campaigns/")
    page.get_by_role("link", name="Dimensions").click()
    picture(page, f"dimensions-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_role("link", name="Change Warmth 1").click()
    page.get_by_label("split:").focus()
    page.keyboard.press("Space")
    page.get_by_label("Scale").fill("1 | Cold\n2 | Warm")
    page.get_by_role("button", name="Show the answers").press("Enter")
    expect(page.get_by_role("heading", name="2. What each answer becomes")).to_be_visible()
    for place, choice in ((0, "1 · Cold"), (1, "1 · Cold"), (3, "2 · Warm"), (4, "2 · Warm")):
        page.locator(f"#id_map_0_0_{place}").select_option(choice)
    page.get_by_role("button", name="Keep the map").press("Enter")
    expect(page.get_by_text("Say why, in 10 characters or more")).to_be_visible()
    picture(page, f"dimension-change-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_label("Why").fill("Five points were too many.")
    page.get_by_role("button", name="Keep the map").press("Enter")
    expect(page.get_by_text("cannot be told").first).to_be_visible()
    picture(page, f"dimension-map-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_label("Anybody else of the campaign").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Hand out again").press("Enter")
    expect(page.get_by_text("1 handed out again, 0 not yet")).to_be_visible()
    picture(page, f"dimension-again-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    rater = new_context(make_user(), width=width, color_scheme=scheme).new_page()
    rater.goto("/queue/")
    rater.get_by_role("button", name="Begin").click()
    expect(rater.get_by_text("What about warmth?").first).to_be_visible()
    picture(rater, f"rating-again-{width}-{scheme}")
    assert DimensionMap.objects.get().kind == "split"
    page.goto("/campaigns/dimensions/")
    expect(page.get_by_role("link", name="Split", exact=False).last).to_be_visible()
    assert violations(page) == []
    page.goto("/campaigns/dimensions/new/")
    assert violations(page) == []
