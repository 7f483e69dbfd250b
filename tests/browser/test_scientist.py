"""A scientist's way in a real Chromium: side by side, the disagreement queue, workbench and agreement; read by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from annotate.actions.load_sample import load_sample
from annotate.models import Adjudication, Corpus, Turn
from scoring.actions.refresh_comparisons import refresh_comparisons
from scoring.actions.run_analysis import run_analysis
from scoring.models import Analysis, Prediction
from tests.factories import make_user
from tests.scoring.worlds import make_checkpoint

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def corpus(db: None) -> Corpus:
    """The synthetic sample, with two models that have judged it."""
    load_sample()
    corpus = Corpus.objects.get(key="synthetic-sample")
    for metric, value in (("iq", lambda turn: 1 + turn.pk % 9 / 2), ("length", lambda turn: len(turn.text.split()))):
        checkpoint = make_checkpoint(metric)
        Prediction.objects.bulk_create(
            Prediction(
                conversation_id=turn.conversation_id, turn=turn, checkpoint=checkpoint, signature=f"{metric}|v:1",
                dimension_version=checkpoint.dimension_version, value=value(turn), input_sha256="0" * 64,
                low=max(1, value(turn) - 0.5) if metric == "iq" else None,
                high=min(5, value(turn) + 0.5) if metric == "iq" else None,
            )
            for turn in Turn.objects.filter(conversation__corpus=corpus)
        )  # fmt: skip
        refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=metric == "iq")
    return corpus


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_look_judge_and_measure(
    corpus: Corpus, new_context: Any, violations: Any, picture: Any, width: int, scheme: str
) -> None:
    page = new_context(make_user("scientist", username="rosalind"), width=width, color_scheme=scheme).new_page()

    page.goto("/side-by-side/?corpus=synthetic-sample")
    page.locator("main table a").first.click()
    expect(page.locator("svg").first).to_be_visible()
    picture(page, f"side-by-side-{width}-{scheme}")
    assert violations(page) == []

    page.goto("/disagreement/?corpus=synthetic-sample")
    row = page.locator(".queue li").first
    row.get_by_placeholder("note, kept with the cause").fill("read the section again")
    row.get_by_role("button", name="model", exact=True).click()
    expect(page.locator(".queue li").first).to_contain_text("rosalind")
    assert Adjudication.objects.get().note == "read the section again"
    picture(page, f"disagreement-{width}-{scheme}")
    assert violations(page) == []

    page.get_by_role("link", name="Matrix").click()
    cells = page.locator("table.matrix td a")
    expect(cells.first).to_be_visible()
    picture(page, f"matrix-{width}-{scheme}")
    assert violations(page) == []
    count = int(cells.first.inner_text())
    cells.first.click()
    expect(page.locator(".queue li.item")).to_have_count(min(count, 10))

    for name in ("workbench", "agreement", "raters"):
        page.goto(f"/{name}/?corpus=synthetic-sample&dimension=interaction_quality")
        expect(page.get_by_text("Being computed")).to_be_visible()
        run_analysis(analysis_id=Analysis.objects.get(kind=name).pk)
        expect(page.get_by_text("Being computed")).to_have_count(0)  # the page renews itself
        expect(page.locator("table").first).to_be_visible()
        picture(page, f"{name}-{width}-{scheme}", full_page=True)
        assert violations(page) == []
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").first.click()
    assert started.value.suggested_filename == "raters-synthetic-sample-interaction_quality-raters.csv"
    with page.expect_download() as started:
        page.get_by_role("button", name="PNG").first.click()
    assert started.value.path().read_bytes().startswith(b"\x89PNG")
