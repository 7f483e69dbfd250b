"""An admin's way in a real Chromium: a file comes in by upload, a release goes out by download; read by axe."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from annotate.actions.run_import_job import run_import_job
from annotate.models import Conversation, ImportJob
from scoring.actions.publish_release import publish_release
from scoring.models import Release
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LINES = [
    {"id": "c1", "turns": [{"speaker": "a", "text": "Hello."}, {"speaker": "b", "text": "Hi there."}]},
    {"id": "c2", "turns": [{"speaker": "a", "text": "Is it raining?"}]},
]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_upload_mend_import_and_release(
    new_context: Any, violations: Any, picture: Any, settings: Any, tmp_path: Path, width: int, scheme: str
) -> None:
    settings.UPLOADS, settings.RELEASES = tmp_path / "uploads", tmp_path / "releases"
    page = new_context(make_user("admin", username="hedy"), width=width, color_scheme=scheme).new_page()

    def upload(text: str) -> None:
        file = tmp_path / "mine.jsonl"
        file.write_text(text, encoding="utf-8")
        page.goto("/corpora/")
        page.get_by_role("link", name="Import").first.click()
        page.get_by_label("Format").select_option("jsonl")
        page.locator("[name=corpus_key]").fill("mine")
        page.locator("input[type=file]").set_input_files(file)
        assert violations(page) == []
        page.get_by_role("button", name="Upload and import").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("queued")
        run_import_job(job_id=ImportJob.objects.latest("pk").pk)

    upload("\n".join(map(json.dumps, LINES)) + '\n{"id": "c3", "turns": [{"speaker": "a"}]}')
    expect(page.get_by_role("heading", level=1)).to_contain_text("failed")  # the page renews itself
    expect(page.get_by_text("mine.jsonl, line 3")).to_be_visible()
    picture(page, f"import-failed-{width}-{scheme}")
    assert violations(page) == [] and not Conversation.objects.exists()

    upload("\n".join(map(json.dumps, LINES)))
    expect(page.get_by_role("heading", level=1)).to_contain_text("done")
    expect(page.get_by_text("2 conversations, 3 turns")).to_be_visible()
    picture(page, f"import-done-{width}-{scheme}")
    assert violations(page) == []

    page.goto("/releases/")
    page.locator("main [name=name]").fill("first")
    page.get_by_role("button", name="Make the release").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("first")
    publish_release(release_id=Release.objects.get().pk)
    expect(page.get_by_role("heading", level=1)).to_contain_text("ready")
    picture(page, f"release-{width}-{scheme}")
    assert violations(page) == []
    with page.expect_download() as started:
        page.get_by_role("link", name="Download").click()
    content = Path(started.value.path()).read_bytes()
    assert hashlib.sha256(content).hexdigest() == Release.objects.get().sha256
    assert [json.loads(line)["id"] for line in content.splitlines()[1:]] == ["c1", "c2"]
