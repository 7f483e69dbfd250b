"""A whole conversation by keyboard, without a connection, across reloads and windows: nothing is lost or doubled."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotate.actions.claim_task import claim_task
from annotate.models import Campaign, Rating, Task, TaskEvent, TurnTime
from annotate.verifying import verify_file
from people.models import User
from tests.factories import make_campaign, make_corpus, make_questions, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def annotator() -> User:
    return make_user(username="ada")


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(
        corpus=make_corpus(conversations=2, turns=3),
        questions=make_questions(),
        overlap=2,
        name="Quality round 1",
        instructions="Rate each turn for what it does at that point.\n\nDo not look things up.",
    )


def open_task(page: Page, user: User, campaign: Campaign) -> Task:
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    page.goto(f"/rate/{task.pk}/")
    ready(page)
    return task


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready=rating]")


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_contain_text("Saved")


def numbers(task: Task) -> list[tuple[int | None, float | None, str]]:
    rows = Rating.objects.filter(task=task, current=True).order_by("turn__index", "dimension_version_id")
    return list(rows.values_list("turn__index", "number", "reason"))


def test_a_whole_conversation_by_keyboard_alone(
    new_context: Any, annotator: User, campaign: Campaign, picture: Any
) -> None:
    page = new_context(annotator).new_page()
    page.goto("/queue/")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Begin").focus()
    page.keyboard.press("Enter")
    ready(page)
    task = Task.objects.get()
    for _turn in range(3):
        for key in ("4", "Enter", "0", "Enter"):
            page.keyboard.press(key)
    expect(page.locator(".labels-head")).to_have_text("The conversation as a whole")
    page.keyboard.press("5")
    saved(page)
    picture(page, "rated")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: "/rate/" in url and f"/rate/{task.pk}/" not in url)
    ready(page)
    task.refresh_from_db()
    assert task.state == "submitted"
    assert numbers(task) == [
        *[row for turn in range(3) for row in ((turn, 4.0, ""), (turn, None, "no claim"))],
        (None, 5.0, ""),
    ]
    assert TaskEvent.objects.filter(task=task).count() == 8


def test_saving_gives_a_receipt_that_the_profile_page_hands_out(
    new_context: Any, annotator: User, campaign: Campaign, violations: Any, picture: Any
) -> None:
    page = new_context(annotator).new_page()
    task = open_task(page, annotator, campaign)
    expect(page.locator("#save-state")).to_have_text("✓ Saved")
    for key, place in (("4", 1), ("5", 2)):
        with page.expect_response("**/operations/"):
            page.keyboard.press(key)
        receipt = TaskEvent.objects.get(task=task, place=place).receipt
        expect(page.locator("#save-state")).to_have_text(f"✓ Saved · receipt {receipt[:4]}")
        expect(page.locator("#save-state")).to_have_attribute("title", receipt)
    picture(page, "receipt")
    assert violations(page) == []
    page.goto("/profile/")
    picture(page, "profile", full_page=True)
    assert violations(page) == []
    link = page.get_by_role("link", name="Download my receipts")
    link.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert verify_file(download.value.path().read_text().splitlines()) == (2, None)


def test_own_keys_are_used_and_printed(
    new_context: Any, annotator: User, campaign: Campaign, violations: Any, picture: Any
) -> None:
    page = new_context(annotator).new_page()
    page.goto("/profile/")
    for label, key in (("Next turn", "l"), ("Answer 4", "q"), ("First answer without a value", "z"), ("Note", "k")):
        page.get_by_label(label, exact=True).fill(key)
    page.get_by_label("Note", exact=True).press("Enter")
    expect(page.get_by_text("k is the key of “Note” too.")).to_be_visible()
    picture(page, "keys-clash", full_page=True)
    assert violations(page) == []
    page.get_by_label("Note", exact=True).fill("m")
    page.get_by_label("Note", exact=True).press("Enter")
    expect(page.get_by_text("Your keys are kept.")).to_be_visible()
    task = open_task(page, annotator, campaign)
    expect(page.locator(".question.active .tile").nth(3).locator("kbd")).to_have_text("q")
    for key in ("4", "j"):  # no keys any more
        page.keyboard.press(key)
    for key in ("q", "m"):
        page.keyboard.press(key)
    page.keyboard.type("mind")
    page.keyboard.press("Escape")
    for key in ("]", "z", "l"):
        page.keyboard.press(key)
    saved(page)
    expect(page.locator(".turn[aria-current=true] .turn-number")).to_have_text("2")
    assert numbers(task) == [(0, 4.0, ""), (0, None, "no claim")]
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_contain_text("l")
    expect(page.locator("#keys-dialog dt").first).to_have_text("l k or ↓ ↑")
    picture(page, "own-keys")
    assert violations(page) == []


def test_labels_notes_undo_and_redo(new_context: Any, annotator: User, campaign: Campaign) -> None:
    page = new_context(annotator).new_page()
    task = open_task(page, annotator, campaign)
    page.keyboard.press("2")
    page.keyboard.press("3")
    page.keyboard.press("n")
    page.keyboard.type("j is no key in here")
    page.keyboard.press("Escape")
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("1")
    saved(page)
    rows = Rating.objects.filter(task=task, current=True).order_by("dimension_version_id")
    assert [(row.number, row.labels, row.note) for row in rows] == [
        (3.0, None, "j is no key in here"),
        (None, ["FS2"], ""),
    ]
    page.reload()
    ready(page)
    for _ in range(5):  # three label steps, the note, and the second digit
        page.keyboard.press("Control+z")
    saved(page)
    assert numbers(task)[0] == (0, 2.0, "")
    page.keyboard.press("Control+Shift+z")
    saved(page)
    assert numbers(task)[0] == (0, 3.0, "")


def test_submit_goes_to_what_is_missing(new_context: Any, annotator: User, campaign: Campaign) -> None:
    page = new_context(annotator).new_page()
    task = open_task(page, annotator, campaign)
    page.keyboard.press("4")
    page.keyboard.press("j")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".turn[aria-current=true] .turn-number")).to_have_text("1")
    expect(page.locator("#toast")).to_contain_text("needs an answer here")
    saved(page)
    task.refresh_from_db()
    assert task.state == "open"


def test_skip_asks_why(new_context: Any, annotator: User, campaign: Campaign, picture: Any) -> None:
    page = new_context(annotator).new_page()
    task = open_task(page, annotator, campaign)
    page.keyboard.press("s")
    expect(page.locator("#skip-dialog")).to_be_visible()
    picture(page, "skip")
    page.keyboard.press("Escape")
    expect(page.locator("#skip-dialog")).to_be_hidden()
    page.keyboard.press("s")
    page.get_by_label("Broken or unreadable").check()
    page.locator("#skip-dialog button.primary").click()
    page.wait_for_url(lambda url: f"/rate/{task.pk}/" not in url)
    task.refresh_from_db()
    assert (task.state, task.skip_reason) == ("skipped", "broken")


def test_offline_answers_wait_and_arrive_once(
    new_context: Any, annotator: User, campaign: Campaign, picture: Any
) -> None:
    context = new_context(annotator)
    page = context.new_page()
    task = open_task(page, annotator, campaign)
    context.set_offline(True)
    for key in ("4", "Enter", "2", "Enter", "1"):
        page.keyboard.press(key)
    expect(page.locator("#save-state")).to_contain_text("Offline: 3 answers are kept on this device")
    picture(page, "offline")
    assert Rating.objects.count() == 0
    page.keyboard.press("Control+z")
    context.set_offline(False)
    saved(page)
    assert numbers(task) == [(0, 4.0, ""), (0, 0.5, ""), (1, None, "cleared")]
    assert TaskEvent.objects.filter(task=task).count() == 4


def test_answers_left_on_the_device_survive_a_reload(new_context: Any, annotator: User, campaign: Campaign) -> None:
    page = new_context(annotator).new_page()
    task = open_task(page, annotator, campaign)
    page.route("**/operations/", lambda route: route.abort())
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    page.keyboard.press("3")
    expect(page.locator("#save-state")).to_contain_text("Offline: 2 answers")
    page.goto("/queue/")
    expect(page.locator("#unsent")).to_contain_text("2 unsent operations")
    page.unroute("**/operations/")
    page.get_by_role("link", name="Open and send").click()
    ready(page)
    saved(page)
    assert numbers(task) == [(0, 4.0, ""), (0, 1.0, "")]
    assert Rating.objects.filter(task=task).count() == 2


def test_a_lost_acknowledgement_doubles_nothing(new_context: Any, annotator: User, campaign: Campaign) -> None:
    page = new_context(annotator).new_page()
    task = open_task(page, annotator, campaign)
    lost: list[int] = []

    def lose(route: Any) -> None:
        if lost:
            return route.continue_()
        route.fetch()  # the server has it, the window never hears of it
        lost.append(1)
        return route.abort()

    page.route("**/operations/", lose)
    page.keyboard.press("4")
    expect(page.locator("#save-state")).to_contain_text("Offline")
    saved(page)
    assert lost == [1]
    assert numbers(task) == [(0, 4.0, "")]
    assert Rating.objects.count() == 1


def test_a_second_tab_reads_until_it_takes_over(
    new_context: Any, annotator: User, campaign: Campaign, picture: Any
) -> None:
    context = new_context(annotator)
    first = context.new_page()
    task = open_task(first, annotator, campaign)
    second = context.new_page()
    second.goto(f"/rate/{task.pk}/")
    ready(second)
    expect(second.locator("#notice")).to_contain_text("open in another tab")
    picture(second, "second-tab")
    second.keyboard.press("1")
    first.keyboard.press("4")
    saved(first)
    expect(second.locator(".turn").first.locator(".given")).to_have_text("Good")
    assert numbers(task) == [(0, 4.0, "")]
    second.get_by_role("button", name="Take over here").click()
    expect(second.locator("#save-state")).to_contain_text("Saved")
    expect(first.locator("#notice")).to_contain_text("open in another tab")
    first.keyboard.press("1")
    second.keyboard.press("5")
    saved(second)
    assert numbers(task) == [(0, 5.0, "")]
    second.close()
    expect(first.locator("#notice")).to_be_hidden()
    first.keyboard.press("2")
    saved(first)
    assert numbers(task) == [(0, 2.0, "")]


def test_two_devices_with_different_answers_are_merged_by_the_person(
    new_context: Any, annotator: User, campaign: Campaign, picture: Any
) -> None:
    here = new_context(annotator)
    page = here.new_page()
    task = open_task(page, annotator, campaign)
    other = new_context(annotator).new_page()
    other.goto(f"/rate/{task.pk}/")
    ready(other)
    here.set_offline(True)
    for key in ("2", "Enter", "3", "j", "2"):
        page.keyboard.press(key)
    other.keyboard.press("5")
    saved(other)
    here.set_offline(False)
    dialog = page.locator("#merge-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("fieldset")).to_have_count(1)
    expect(dialog).to_contain_text("Bad")
    expect(dialog).to_contain_text("Excellent")
    picture(page, "merge")
    dialog.get_by_label("This window").check()
    dialog.get_by_role("button", name="Keep these").click()
    saved(page)
    assert numbers(task) == [(0, 2.0, ""), (0, 1.0, ""), (1, 2.0, "")]
    kept = Rating.objects.filter(task=task, turn__index=0, number=5)
    assert kept.count() == 1, "the other answer stays in the history"


def test_without_hindsight_the_next_turn_comes_when_this_one_is_rated(new_context: Any, annotator: User) -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1, turns=3), hindsight_free=True)
    page = new_context(annotator).new_page()
    task = open_task(page, annotator, campaign)
    expect(page.locator(".turn")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator("#toast")).to_contain_text("Rate this turn first")
    for expected in (2, 3):
        page.keyboard.press("4")
        page.keyboard.press("Enter")
        expect(page.locator(".turn")).to_have_count(expected)
    page.keyboard.press("4")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/queue/")
    task.refresh_from_db()
    assert task.state == "submitted"
    kinds = TaskEvent.objects.order_by("version").values_list("kind", flat=True)
    assert list(kinds) == ["rate", "reveal", "rate", "reveal", "rate", "submit"]


def test_active_time_is_kept_per_turn(new_context: Any, annotator: User, campaign: Campaign) -> None:
    page = new_context(annotator).new_page()
    task = open_task(page, annotator, campaign)
    page.wait_for_timeout(1300)
    page.keyboard.press("j")
    page.wait_for_timeout(1300)
    page.goto("/queue/")
    for _ in range(50):
        times = dict(TurnTime.objects.filter(task=task).values_list("turn_index", "active_ms"))
        if times:
            break
        page.wait_for_timeout(100)
    assert 1000 < times[0] < 5000
    assert 1000 < times[1] < 5000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 900, 390])
def test_axe_finds_nothing_serious(
    new_context: Any, annotator: User, campaign: Campaign, violations: Any, picture: Any, scheme: str, width: int
) -> None:
    page = new_context(annotator, width=width, height=844, color_scheme=scheme).new_page()
    page.goto("/queue/")
    page.wait_for_selector("html[data-ready=queue]")
    picture(page, f"queue-{width}-{scheme}")
    assert violations(page) == []
    open_task(page, annotator, campaign)
    page.keyboard.press("4")
    page.keyboard.press("j")
    page.keyboard.press("3")
    saved(page)
    picture(page, f"rating-{width}-{scheme}")
    assert violations(page) == []
    page.keyboard.press("?")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.goto("/my/")
    picture(page, f"progress-{width}-{scheme}")
    assert violations(page) == []
