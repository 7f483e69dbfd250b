"""The form of a run shows the settings that the chosen checkpoint's metric offers, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from people.models import Role
from scoring.models import Run
from tests.factories import make_corpus, make_user
from tests.scoring.worlds import make_checkpoint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_settings_follow_the_checkpoint(new_context: Any) -> None:
    make_corpus()
    length, quals, qags = (make_checkpoint(name) for name in ("length", "quals", "qags"))
    page: Page = new_context(make_user(Role.SCIENTIST)).new_page()
    page.goto("/runs/")
    checkpoint, setting = page.get_by_label("Checkpoint"), page.get_by_label("Setting")
    against = page.get_by_label("Checked against")
    checkpoint.select_option(str(length.pk))
    expect(setting).to_be_hidden()
    expect(against).to_be_hidden()
    checkpoint.select_option(str(quals.pk))
    setting.select_option("laptop")
    checkpoint.select_option(str(qags.pk))
    expect(setting).to_have_value("")  # QAGS has no such setting
    expect(against).to_be_hidden()
    checkpoint.select_option(str(quals.pk))
    setting.select_option("laptop")
    against.select_option("read")
    page.get_by_role("button", name="Score this slice").click()
    expect(page.get_by_text("laptop: quickest, fewest questions; the reading set and the conversation")).to_be_visible()
    assert Run.objects.get().options == {"preset": "laptop", "conversation": "read"}
