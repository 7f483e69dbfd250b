"""What the scripts of the rating page say to a German reader."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotate.actions.claim_task import claim_task
from annotate.models import Campaign, TaskEvent
from people.models import User
from tests.factories import make_campaign, make_corpus, make_questions, make_study, make_user
from tests.frontend.test_german import SAME, words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def annotator() -> User:
    return make_user(username="ada")


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(corpus=make_corpus(conversations=1, turns=3), questions=make_questions(), name="Round 1")


def rating(page: Page, task_id: int) -> set[str]:
    """Every word of the page once it has run."""
    page.goto(f"/rate/{task_id}/")
    page.wait_for_selector("html[data-ready=rating]")
    return words(page.content())


def test_a_german_rater_reads_german(
    new_context: Any, annotator: User, campaign: Campaign, picture: Any, violations: Any
) -> None:
    task = claim_task(campaign=campaign, user=annotator).task
    assert task is not None
    english = rating(new_context(annotator, locale="en-GB").new_page(), task.pk)
    page = new_context(annotator, locale="de-DE").new_page()
    german = rating(page, task.pk)
    turn = task.item.conversation.turns.first()
    assert turn is not None and turn.text in english & german
    data = {"ada", campaign.name, task.item.conversation.topic}
    for row in task.item.conversation.turns.all():
        data |= {row.text, row.speaker}
    for question in campaign.questions.all():
        version = question.dimension_version
        data |= {version.dimension.name, version.question, version.guidance}
        for point in [*version.scale, *version.null_reasons]:
            data |= {str(value) for value in point.values()}
    assert {each for each in german & english if each not in data | SAME and "agent_1" not in each} == set()

    with page.expect_response("**/operations/"):
        page.keyboard.press("4")
    receipt = TaskEvent.objects.get(task=task).receipt
    expect(page.locator("#save-state")).to_have_text(f"✓ Gespeichert · Quittung {receipt[:4]}")
    expect(page.locator("#count")).to_contain_text("Beitrag 1 von 3")
    page.context.set_offline(True)
    page.keyboard.press("5")
    expect(page.locator("#save-state")).to_contain_text("auf diesem Gerät aufbewahrt")
    page.context.set_offline(False)
    expect(page.locator("#save-state")).to_contain_text("Gespeichert", timeout=20_000)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_contain_text("Noch nicht: „")
    picture(page, "german")
    assert violations(page) == []


def test_without_the_words_the_page_works_in_english(new_context: Any, annotator: User, campaign: Campaign) -> None:
    task = claim_task(campaign=campaign, user=annotator).task
    assert task is not None
    page = new_context(annotator, locale="de-DE").new_page()
    page.route("**/words/*", lambda route: route.abort())
    rating(page, task.pk)
    with page.expect_response("**/operations/"):
        page.keyboard.press("4")
    expect(page.locator("#save-state")).to_contain_text("Saved · receipt")


def test_a_german_judge_reads_german(new_context: Any, annotator: User, picture: Any) -> None:
    study = make_study(name="Which?", judges=1)
    page = new_context(annotator, locale="de-DE").new_page()
    page.goto(f"/studies/{study.pk}/rate/")
    page.wait_for_selector("html[data-ready=judging]")
    expect(page.locator("#count")).to_contain_text("von Ihnen beurteilt")
    expect(page.locator("#questions").get_by_text("A ist besser").first).to_be_visible()
    picture(page, "german-study")
