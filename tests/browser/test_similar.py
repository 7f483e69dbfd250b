"""A scientist starts the embeddings of a corpus, walks along similar turns, and from a trace to those like it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from annotate.models import Conversation
from tests.factories import make_user
from tests.frontend.test_similar import FALLS, FALLS_LONG, RISES, SAME, judged_world
from tests.scoring.test_meaning import Letters, compare, said, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIEWS = [(1440, "light"), (390, "light"), (390, "dark"), (1440, "dark")]


def fits(page: Any, width: int) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_from_a_turn_to_those_like_it(new_context: Any, violations: Any, picture: Any, width: int, scheme: str) -> None:
    corpus = said("Have you seen the game last night?", "Did you watch the game?", "Rain is on its way.")
    compare(corpus)
    page = new_context(make_user("scientist", username="rosalind"), width=width, color_scheme=scheme).new_page()
    page.goto(f"/disagreement/?corpus={corpus.key}")
    page.get_by_role("link", name="similar turns").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Compute it")).to_be_visible()
    picture(page, f"similar-none-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_role("button", name="Compute it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("A worker is at it")).to_be_visible()
    work(Letters())
    expect(page.get_by_text("A worker is at it")).to_have_count(0)  # the page renews itself
    expect(page.get_by_text("Did you watch the game?")).to_be_visible()
    picture(page, f"similar-{width}-{scheme}", full_page=True)
    assert fits(page, width) and violations(page) == []
    page.locator(".item").first.get_by_role("button", name="item").click()
    expect(page.get_by_text("cause named")).to_be_visible()
    page.get_by_role("link", name="similar turns (take away)").click()
    expect(page.locator("#like-title")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_from_a_trace_to_those_like_it(
    new_context: Any, violations: Any, picture: Any, width: int, scheme: str
) -> None:
    judged_world({"falls": FALLS, "falls-long": FALLS_LONG, "rises": RISES, "agrees": SAME * 4})
    origin = Conversation.objects.get(external_id="falls")
    page = new_context(make_user("scientist", username="rosalind"), width=width, color_scheme=scheme).new_page()
    page.goto(f"/side-by-side/{origin.pk}/")
    picture(page, f"trace-{width}-{scheme}", full_page=True)
    page.get_by_role("link", name="Diverging like this one").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="falls-long")).to_be_visible()
    page.get_by_text("How this is compared").click()
    picture(page, f"alike-{width}-{scheme}", full_page=True)
    assert fits(page, width) and violations(page) == []
    page.get_by_role("link", name="falls-long").click()
    expect(page.locator("#turn-2")).to_be_in_viewport()
