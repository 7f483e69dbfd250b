"""Pointing at sentences of the reading set, by keys alone and by the pointer, in a real Chromium; read by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotate.actions.create_campaign import Question
from annotate.models import Campaign, KnowledgeSection, Rating
from people.models import User
from tests.browser.test_rating import open_task, saved
from tests.factories import NO_CLAIM, SCALE_CONSISTENCY, make_campaign, make_corpus, make_dimension, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def annotator() -> User:
    return make_user(username="ada")


@pytest.fixture
def campaign() -> Campaign:
    consistency = make_dimension("consistency", scale=SCALE_CONSISTENCY, null_reasons=NO_CLAIM)
    campaign = make_campaign(
        corpus=make_corpus(conversations=1, turns=3),
        questions=[Question(make_dimension("quality")), Question(consistency, evidence=True)],
        name="Facts round 1",
    )
    text = "The Larks began in 1962. They split in 1969! Their first record sold 30 copies."
    KnowledgeSection.objects.filter(key="FS2").update(passages=[{"kind": "wiki", "ref": "", "text": text}])
    return campaign


def evidence(turn: int) -> Any:
    return Rating.objects.get(turn__index=turn, dimension_version__dimension__key="consistency", current=True).evidence


def pressed(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_by_keys_alone(new_context: Any, annotator: User, campaign: Campaign, violations: Any, picture: Any) -> None:
    page = new_context(annotator).new_page()
    task = open_task(page, annotator, campaign)
    pressed(page, "4", "Enter", "2", "Enter")  # quality, then "Partly": Enter leads to what is missing
    expect(page.locator("#toast")).to_contain_text("Point at what supports or contradicts")
    expect(page.locator(".sentence").first).to_be_focused()
    pressed(page, "j", "Space", "ArrowDown", "ArrowDown", "Enter", "Enter", "k", "Space", "Space", "Space")
    expect(page.locator(".sentence[data-stance=supports]")).to_have_text("✓ supports: The Larks began in 1962.")
    expect(page.locator(".sentence[data-stance=contradicts]")).to_contain_text("30 copies")
    saved(page)
    picture(page, "evidence-1440-light")
    assert violations(page) == []
    assert [(one["sentence"], one["stance"]) for one in evidence(0)["sentences"]] == [
        (0, "supports"), (2, "contradicts"),
    ]  # fmt: skip
    pressed(page, "Escape")
    expect(page.locator(".turn[aria-current=true] .turn-number")).to_be_focused()
    expect(page.locator(".question.active .evidence-words")).to_have_text("Evidence: 1 supports, 1 contradicts")

    pressed(page, "Enter", "4", "Enter", "0")  # turn 2: no claim needs nothing
    expect(page.locator(".question.active .evidence")).to_be_hidden()
    pressed(page, "p")
    expect(page.locator("#toast")).to_contain_text("has nothing to point at")
    pressed(page, "Enter", "4", "Enter", "1", "Control+Enter")
    expect(page.locator("#toast")).to_contain_text("needs to point at something here")
    pressed(page, "p")
    expect(page.locator(".question.active .personal")).to_have_attribute("aria-pressed", "true")
    saved(page)
    pressed(page, "Control+z")
    saved(page)
    assert evidence(2) is None
    pressed(page, "Control+Shift+z")
    saved(page)
    pressed(page, "Control+Enter")
    page.wait_for_url("**/queue/")
    task.refresh_from_db()
    assert task.state == "submitted"
    assert evidence(2) == {"sentences": [], "personal_knowledge": True}


@pytest.mark.parametrize(("width", "scheme"), [(900, "light"), (390, "dark")])
def test_by_the_pointer(
    new_context: Any, annotator: User, campaign: Campaign, violations: Any, picture: Any, width: int, scheme: str
) -> None:
    page = new_context(annotator, width=width, height=844, color_scheme=scheme).new_page()
    open_task(page, annotator, campaign)
    page.locator("label.tile", has_text="Good").click()
    page.locator("#enter").click()
    page.locator("label.tile", has_text="Every claim is supported").click()
    picture(page, f"evidence-needed-{width}-{scheme}")
    page.locator(".question.active .point").click()
    page.get_by_role("button", name="They split in 1969!").click()
    page.get_by_role("button", name="Fact 1").click()
    page.get_by_role("button", name="Fact 1").click()
    saved(page)
    assert [(one["section"], one["stance"]) for one in evidence(0)["sentences"]] == [
        ("FS1", "contradicts"), ("FS2", "supports"),
    ]  # fmt: skip
    picture(page, f"evidence-{width}-{scheme}")
    assert violations(page) == []
    page.get_by_role("button", name="Back to the answer").click()
    expect(page.locator(".question.active .evidence-words")).to_be_visible()
    page.reload()
    page.wait_for_selector("html[data-ready=rating]")
    page.locator("#previous").click()  # it opens at what is missing, and turn 1 lacks nothing
    expect(page.locator(".sentence[data-stance=contradicts]")).to_contain_text("Fact 1")


def test_offline_evidence_arrives_later(new_context: Any, annotator: User, campaign: Campaign) -> None:
    context = new_context(annotator)
    page = context.new_page()
    open_task(page, annotator, campaign)
    context.set_offline(True)
    pressed(page, "]", "3", "e", "Space")
    expect(page.locator("#save-state")).to_contain_text("Offline: 2 answers")
    context.set_offline(False)
    saved(page)
    assert [one["text"] for one in evidence(0)["sentences"]] == ["Fact 1, as agent_1 read it before the conversation."]
