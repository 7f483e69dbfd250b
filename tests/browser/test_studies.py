"""A study by keyboard alone, without a connection, and as a reader of its results sees it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotate.actions.compute_study_result import compute_study_result
from annotate.models import Choice, Study, StudyPlace, TaskEvent
from people.models import User
from tests.annotate.studies.judging import judge_all
from tests.factories import SYSTEMS, make_alternatives, make_study, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def judge() -> User:
    return make_user(username="ada")


@pytest.fixture
def study() -> Study:
    return make_study(name="Which is better?", judges=2, instructions="Read, then judge.")


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready=judging]")


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_contain_text("Saved")


def answers(place: StudyPlace) -> list[str]:
    rows = Choice.objects.filter(place=place, current=True, question__isnull=False).order_by("question__position")
    return list(rows.values_list("answer", flat=True))


def test_a_pair_by_keyboard_alone(new_context: Any, judge: User, study: Study, picture: Any) -> None:
    page = new_context(judge).new_page()
    page.goto("/queue/")
    page.get_by_role("link", name="Studies").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Begin").focus()
    page.keyboard.press("Enter")
    ready(page)
    place = StudyPlace.objects.get()
    for system in SYSTEMS:
        expect(page.locator("body")).not_to_contain_text(system)
    a = page.locator("#response-a").inner_text()
    shown = place.pair.second if place.turned else place.pair.first
    assert a == shown.turns.get(index=2).text
    page.keyboard.press("Shift+A")
    expect(page.locator(".question.active .question-name")).to_have_text("Informativeness")
    page.keyboard.press("e")
    page.keyboard.press("k")
    page.keyboard.press("b")  # a change of mind on the second question
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text('"Grammar" needs an answer')
    page.keyboard.press("b")
    page.keyboard.press("n")
    page.keyboard.type("abe are no keys in here")
    page.keyboard.press("Escape")
    saved(page)
    last = TaskEvent.objects.get(study_place=place, place=5)
    expect(page.locator("#save-state")).to_have_text(f"✓ Saved · receipt {last.receipt[:4]}")
    expect(page.locator("#save-state")).to_have_attribute("title", last.receipt)
    picture(page, "study-judged")
    assert answers(place) == ["a", "b", "b"]
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_contain_text("1 judged by you")
    ready(page)
    place.refresh_from_db()
    assert place.state == "submitted" and place.active_ms > 0
    assert Choice.objects.get(place=place, question=None, current=True).note == "abe are no keys in here"
    assert StudyPlace.objects.exclude(pk=place.pk).get().pair_id != place.pair_id


def test_a_whole_study_goes_on_by_itself_to_its_end(new_context: Any, judge: User) -> None:
    study = make_study(corpus=make_alternatives(contexts=1), questions=["grammar"])
    page = new_context(judge).new_page()
    page.goto(f"/studies/{study.pk}/rate/")
    ready(page)
    page.get_by_label("Go on by itself").check()
    for number in range(3):
        expect(page.locator("#count")).to_contain_text(f"{number} judged by you")
        ready(page)
        page.keyboard.press("a")
    expect(page.locator("#notice")).to_contain_text("All pairs of this study have been judged")
    assert StudyPlace.objects.filter(state="submitted").count() == 3 == Choice.objects.count()
    page.keyboard.press("Enter")
    expect(page.get_by_text("All pairs of this study have been judged.")).to_be_visible()
    page.wait_for_url("**/studies/")


def test_offline_choices_wait_and_arrive_once(new_context: Any, judge: User, study: Study) -> None:
    context = new_context(judge)
    page = context.new_page()
    page.goto(f"/studies/{study.pk}/rate/")
    ready(page)
    context.set_offline(True)
    for key in "abe":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("Offline: 4 answers are kept on this device")
    assert not Choice.objects.exists()
    context.set_offline(False)
    expect(page.locator("#count")).to_contain_text("1 judged by you")
    place = StudyPlace.objects.get(state="submitted")
    assert answers(place) == ["a", "b", "equal"] and Choice.objects.count() == 3


def test_choices_left_on_the_device_are_sent_at_the_next_visit(new_context: Any, judge: User, study: Study) -> None:
    page = new_context(judge).new_page()
    page.goto(f"/studies/{study.pk}/rate/")
    ready(page)
    page.route("**/operations/", lambda route: route.abort())
    page.keyboard.press("a")
    page.keyboard.press("b")
    expect(page.locator("#save-state")).to_contain_text("Offline: 2 answers")
    page.goto("/studies/")
    expect(page.locator("#unsent")).to_contain_text("2 of your choices are still on this device only")
    page.unroute("**/operations/")
    page.reload()
    expect(page.locator("#unsent")).to_contain_text("2 things that you chose without a connection were saved now")
    page.get_by_role("link", name="Go on").click()
    ready(page)
    expect(page.locator(".question.answered")).to_have_count(2)
    assert answers(StudyPlace.objects.get()) == ["a", "b"] and Choice.objects.count() == 2


def test_a_lost_acknowledgement_doubles_nothing(new_context: Any, judge: User, study: Study) -> None:
    page = new_context(judge).new_page()
    page.goto(f"/studies/{study.pk}/rate/")
    ready(page)
    lost: list[int] = []

    def lose(route: Any) -> None:
        if lost:
            return route.continue_()
        route.fetch()  # the server has it, the window never hears of it
        lost.append(1)
        return route.abort()

    page.route("**/operations/", lose)
    page.keyboard.press("a")
    expect(page.locator("#save-state")).to_contain_text("Offline")
    saved(page)
    assert lost == [1] and Choice.objects.count() == 1


def test_a_skip_asks_why_and_another_pair_comes(new_context: Any, judge: User, study: Study) -> None:
    page = new_context(judge).new_page()
    page.goto(f"/studies/{study.pk}/rate/")
    ready(page)
    place = StudyPlace.objects.get()
    page.keyboard.press("s")
    page.get_by_label("Broken or unreadable").check()
    page.locator("#skip-dialog button.primary").click()
    page.wait_for_function("document.getElementById('skip-dialog').open === false")
    for _ in range(100):
        if StudyPlace.objects.count() == 2:
            break
        page.wait_for_timeout(50)
    place.refresh_from_db()
    assert (place.state, place.skip_reason) == ("skipped", "broken") and StudyPlace.objects.count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1000, 390])
def test_axe_finds_nothing_serious_where_one_judges(
    new_context: Any, judge: User, study: Study, violations: Any, picture: Any, scheme: str, width: int
) -> None:
    page = new_context(judge, width=width, height=844, color_scheme=scheme).new_page()
    page.goto("/studies/")
    page.wait_for_selector("html[data-ready=studies]")
    picture(page, f"studies-{width}-{scheme}")
    assert violations(page) == []
    page.goto(f"/studies/{study.pk}/rate/")
    ready(page)
    page.keyboard.press("a")
    saved(page)
    picture(page, f"judging-{width}-{scheme}")
    assert violations(page) == []
    top = {side: page.locator(f"#response-{side}").bounding_box() for side in "ab"}
    beside = abs(top["a"]["y"] - top["b"]["y"]) < 1
    assert beside == (width == 1440), "beside each other where there is room, one above the other on a phone"
    page.keyboard.press("?")
    assert violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_an_admin_lays_out_a_study_and_reads_its_results(
    new_context: Any, violations: Any, picture: Any, width: int, scheme: str
) -> None:
    make_alternatives(contexts=4, key="sample")
    page = new_context(make_user("admin", username="hedy"), width=width, color_scheme=scheme).new_page()
    page.goto("/studies/")
    assert violations(page) == []
    page.get_by_role("link", name="New study").click()
    page.get_by_label("Name").fill("Round 1")
    page.get_by_label("Grammar").uncheck()
    page.get_by_label("Questions of your own").fill("Warmth: Which response is warmer?")
    picture(page, f"study-new-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_role("button", name="Create and open").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Round 1")
    study = Study.objects.get()
    assert [question.name for question in study.questions.all()] == ["Factual consistency", "Informativeness", "Warmth"]
    for order in (SYSTEMS, SYSTEMS[::-1], (SYSTEMS[1], SYSTEMS[0], SYSTEMS[2])):
        judge_all(study, make_user(), list(order))
    expect(page.get_by_text("(100 %)")).to_be_visible(timeout=15_000)  # the page renews itself
    picture(page, f"study-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_role("link", name="Results").click()
    expect(page.get_by_text("Nothing is computed yet")).to_be_visible()
    compute_study_result(study=study)
    expect(page.locator("svg.chart")).to_have_count(3, timeout=15_000)
    expect(page.get_by_text("Nothing is computed yet")).to_have_count(0)
    picture(page, f"study-results-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    with page.expect_download() as found:
        page.get_by_role("link", name="Choices (CSV)").click()
    assert len(found.value.path().read_text().splitlines()) == 1 + 4 * 3 * 3 * 3


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_an_admin_chooses_who_may_judge_and_the_others_are_told(
    new_context: Any, study: Study, violations: Any, picture: Any, width: int, scheme: str
) -> None:
    ada, eve = (make_user(username=name) for name in ("ada", "eve"))
    make_user(username="bob")
    page = new_context(make_user("admin", username="hedy"), width=width, color_scheme=scheme).new_page()
    page.goto(f"/studies/{study.pk}/")
    page.get_by_role("link", name="Change who may judge").click()
    page.get_by_label("Only the people chosen here may judge").check()
    page.get_by_label("ada").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose at least 2 people")
    picture(page, f"judges-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_label("bob").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("ada, bob")).to_be_visible()
    picture(page, f"study-chosen-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    other = new_context(eve, width=width, color_scheme=scheme).new_page()
    other.goto(f"/studies/{study.pk}/rate/")
    expect(other.get_by_text("This study has chosen judges")).to_be_visible()
    picture(other, f"not-chosen-{width}-{scheme}", full_page=True)
    assert violations(other) == []
    mine = new_context(ada, width=width, color_scheme=scheme).new_page()
    mine.goto(f"/studies/{study.pk}/rate/")
    ready(mine)
