"""A scientist judges a pair beside its turn and finds it counted; read by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from scoring.models import PairVerdict, Prediction
from tests.factories import make_corpus, make_user
from tests.frontend.test_pairs import score
from tests.scoring.worlds import make_checkpoint

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_judge_and_count(new_context: Any, violations: Any, picture: Any, width: int, scheme: str) -> None:
    corpus, checkpoint = make_corpus(conversations=2, turns=2), make_checkpoint("quals")
    first, *_ = score(corpus, checkpoint)
    # As long as that of QAGS, and with no place where a browser would break it by itself.
    Prediction.objects.update(signature="quals|v:1|" + "|".join(f"part_{part}:{'x' * 30}" for part in range(9)))
    page = new_context(make_user("scientist", username="rosalind"), width=width, color_scheme=scheme).new_page()
    page.goto(f"/side-by-side/{first.conversation_id}/?by={checkpoint.pk}")
    page.locator("details.evidence summary").first.click()
    button = page.locator(".pair").first.get_by_role("button", name="bad question")
    button.focus()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Pairs come when they are opened: until htmx has bound their forms, a key would submit one as a page of its own.
    page.wait_for_function("document.querySelector('.pair form')?.['htmx-internal-data']?.initHash !== undefined")
    page.keyboard.press("Enter")
    expect(page.locator(".pair [aria-pressed=true]")).to_have_text("bad question")
    assert PairVerdict.objects.get().verdict == "bad_question"
    page.goto(f"/side-by-side/?corpus={corpus.key}")
    page.get_by_role("link", name="Pair verdicts").click()
    expect(page.locator("table.analysis tbody tr").first).to_contain_text("quals")
    expect(page.get_by_role("link", name="CSV").first).to_be_visible()
    picture(page, f"pair-verdicts-{width}-{scheme}", full_page=True)
    assert violations(page) == []
