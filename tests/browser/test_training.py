"""The training round by keyboard alone: rate, see what was expected, go on, fail, try again, pass."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotate.models import RaterStanding, Task
from people.models import User
from tests.annotate.gold_worlds import gold_campaign
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def annotator() -> User:
    return make_user(username="ada")


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready=rating]")


def begin(page: Page, name: str) -> None:
    page.goto("/queue/")
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")
    ready(page)


def rate(page: Page, key: str) -> None:
    """Both turns with one key; submitted, and what was expected is there."""
    expect(page.locator("#notice")).to_be_hidden()
    for _turn in range(2):
        page.keyboard.press(key)
        page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("Saved")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notice")).to_contain_text("as expected.")
    ready(page)


def on(page: Page) -> None:
    """Ctrl+Enter leaves the feedback."""
    before = page.url
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != before)


def test_the_training_round_by_keyboard_alone(new_context: Any, annotator: User, violations: Any, picture: Any) -> None:
    gold_campaign(work=2, training=2, turns=2, accept=[4, 5], training_attempts=2)
    page = new_context(annotator).new_page()
    page.goto("/queue/")
    expect(page.locator("main")).to_contain_text("Training first: 2 conversations")
    picture(page, "training-queue")
    begin(page, "Begin the training")
    expect(page.locator(".bar")).to_contain_text("Training 1 of 2 · attempt 1 of 2")
    assert "Learn 0" not in page.content()
    rate(page, "2")
    expect(page.locator(".feedback")).to_contain_text("Not as expected: 4 Good or 5 Excellent")
    expect(page.locator(".feedback")).to_contain_text("Learn 0.")
    expect(page.locator("#turns li").first).to_contain_text("✗ not as expected")
    expect(page.locator("#submit")).to_contain_text("Go on")
    page.keyboard.press("j")
    expect(page.locator(".labels-head")).to_contain_text("Turn 2")
    expect(page.locator(".feedback")).to_have_count(0)
    page.keyboard.press("k")
    picture(page, "training-feedback")
    assert violations(page) == []
    on(page)
    ready(page)
    rate(page, "2")
    expect(page.locator("#notice")).to_contain_text("not passed: 0 of 2, and 70 % are needed. You have 1 more attempt.")
    on(page)
    for _ in range(2):
        ready(page)
        expect(page.locator(".bar")).to_contain_text("attempt 2 of 2")
        rate(page, "4")
        expect(page.locator(".feedback")).to_contain_text("✓ As expected")
        last = page.locator("#notice").text_content() or ""
        on(page)
    assert "The training round is passed, with 2 of 2." in last
    ready(page)
    expect(page.locator(".bar")).not_to_contain_text("Training")
    assert RaterStanding.objects.get().tried == 1
    assert Task.objects.order_by("-pk")[0].purpose == "work"


def test_without_an_attempt_left_the_queue_says_whom_to_ask(
    new_context: Any, annotator: User, violations: Any, picture: Any
) -> None:
    gold_campaign(work=1, training=1, turns=2, accept=[5], training_attempts=1)
    page = new_context(annotator).new_page()
    begin(page, "Begin the training")
    rate(page, "1")
    on(page)
    expect(page.locator("main")).to_contain_text("no attempt is left. Ask an administrator")
    assert violations(page) == []
    picture(page, "training-failed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_feedback_and_setting_up_look_right(
    new_context: Any, annotator: User, violations: Any, picture: Any, scheme: str, width: int
) -> None:
    campaign = gold_campaign(work=2, gold=1, training=1, turns=2, accept=[5])
    page = new_context(annotator, width=width, color_scheme=scheme).new_page()
    begin(page, "Begin the training")
    rate(page, "1")
    assert violations(page) == []
    picture(page, f"feedback-{scheme}-{width}")
    admin = new_context(make_user("admin"), width=width, color_scheme=scheme).new_page()
    admin.goto(f"/campaigns/{campaign.pk}/gold/")
    assert violations(admin) == []
    picture(admin, f"gold-{scheme}-{width}", full_page=True)
