"""A scientist fits a calibration again, looks at it and puts it in force, by keyboard; read by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from scoring.actions.fit_calibration import fit_calibration, fit_requested_calibration
from scoring.models import Calibration
from tests.factories import make_corpus, make_user
from tests.scoring.test_comparisons import rate
from tests.scoring.worlds import Counting, make_checkpoint, make_run, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_fit_look_and_replace(new_context: Any, violations: Any, picture: Any, width: int, scheme: str) -> None:
    corpus, checkpoint = make_corpus(conversations=20, turns=4), make_checkpoint("length")
    for number, row in enumerate(corpus.conversations.all()):
        for index in range(4):
            rate(row, index, min(5, index + 1 + number % 2))
    make_run(corpus, checkpoint)
    work(Counting())
    first = fit_calibration(checkpoint=checkpoint, corpus=corpus, by=None)
    page = new_context(make_user("scientist", username="rosalind"), width=width, color_scheme=scheme).new_page()
    page.goto(f"/checkpoints/{checkpoint.pk}/")
    page.get_by_role("link", name="Calibration").click()
    page.get_by_role("button", name="Fit and look").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("being fitted")).to_be_visible()
    again = Calibration.objects.exclude(pk=first.pk).get()
    fit_requested_calibration(calibration_id=again.pk)
    expect(page.get_by_text("being fitted")).to_have_count(0)  # the page renews itself
    picture(page, f"calibrations-{width}-{scheme}", full_page=True)
    assert violations(page) == []
    page.get_by_role("button", name="Put in force").click()
    expect(page.locator("section", has_text="in force").first).to_contain_text(f"Calibration {again.pk} ✓")
    assert list(Calibration.objects.filter(active=True)) == [again]
