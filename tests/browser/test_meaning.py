"""What the answers of the question in focus mean, by one key: readable on a phone, closed by Esc, focus as before."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotate.actions.claim_task import claim_task
from annotate.actions.create_campaign import Question
from annotate.models import DimensionVersion, Rating
from people.actions.set_keys import set_keys
from tests.factories import make_campaign, make_corpus, make_dimension, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIKE, UNLIKE = "“Gladly <b>bold</b>.”", "“If I must.”"
NO_CLAIM = {"reason": "no claim", "label": "No claim", "description": "Small talk."}


def scale(long: int = 0) -> list[dict[str, Any]]:
    more = "Another sentence of the same example, so that it fills some lines. " * long
    return [
        {"value": value, "label": label, "description": f"It is {label.lower()}.", "example": f"{LIKE} {more}"}
        | ({"counter_example": UNLIKE} if value == 2 else {})
        for value, label in ((0.5, "Cold"), (1, "Cool"), (2, "Warm"), (3, "Hot"))
    ]


def opened(page: Page, *versions: DimensionVersion, user: Any) -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1), questions=[Question(each) for each in versions])
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    page.goto(f"/rate/{task.pk}/")
    page.wait_for_selector("html[data-ready=rating]")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")], ids=str)
def test_one_key_opens_it_for_the_question_in_focus(
    new_context: Any, violations: Any, picture: Any, width: int, scheme: str
) -> None:
    user = make_user()
    page = new_context(user, width=width, height=844, color_scheme=scheme).new_page()
    other = make_dimension("elsewhere", scale=[{"value": 1, "label": "No", "example": "Of another campaign."}])
    opened(page, make_dimension("warmth", scale=scale(5), null_reasons=[NO_CLAIM]), make_dimension("pace"), user=user)
    dialog, text = page.locator("#meaning-dialog"), page.locator(".meaning-text")
    expect(page.get_by_role("button", name="What the answers mean").first).to_be_visible()
    picture(page, f"rating-{width}-{scheme}")
    page.locator(".question.active input").nth(1).focus()
    page.keyboard.press("h")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("heading", name="Warmth")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Pace")).to_be_hidden()
    words = dialog.inner_text()
    for said in ("Look at the turn alone.", "0.5 Cold", "It is warm.", LIKE, UNLIKE, "No claim", "Small talk."):
        assert said in words  # and tags as they were typed
    assert other.scale[0]["example"] not in page.content()
    picture(page, f"meaning-{width}-{scheme}")
    assert violations(page) == []
    fits = """box => { const r = box.getBoundingClientRect();
        return r.left >= 0 && r.right <= innerWidth && r.bottom <= innerHeight }"""
    assert dialog.evaluate(fits) and text.evaluate("box => box.scrollWidth <= box.clientWidth")
    expect(text).to_be_focused()
    page.keyboard.press("End")  # what is below is reached by keys; the button stays in sight
    for _ in range(50):  # no wait_for_function: the page's policy allows no eval
        if text.evaluate("box => box.scrollTop") > 0:
            break
        page.wait_for_timeout(100)
    assert text.evaluate("box => box.scrollTop") > 0
    expect(dialog.get_by_role("button", name="Close")).to_be_in_viewport()
    page.keyboard.press("3")  # no answer is given behind it
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(".question.active input").nth(1)).to_be_focused()
    assert not Rating.objects.exists() and page.locator("input:checked").count() == 0
    page.keyboard.press("]")
    page.keyboard.press("h")
    expect(dialog.get_by_role("heading", name="Pace")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Warmth")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def test_the_button_does_the_same_and_an_own_key_is_printed_on_it(new_context: Any, violations: Any) -> None:
    user = set_keys(user=make_user(), wanted={"meaning": "w"})
    page = new_context(user, locale="de").new_page()
    opened(page, make_dimension("warmth", scale=scale()), make_dimension("pace"), user=user)
    button = page.get_by_role("button", name="Was die Antworten bedeuten").nth(1)
    expect(button.locator("kbd")).to_have_text("w")
    button.click()
    expect(page.locator("#meaning-dialog").get_by_role("heading", name="Pace")).to_be_visible()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    page.keyboard.press("h")
    expect(page.locator("#meaning-dialog")).to_be_hidden()
    page.keyboard.press("[")
    page.keyboard.press("w")
    expect(page.locator("#meaning-dialog .unlike")).to_contain_text("So nicht")
    assert violations(page) == []
