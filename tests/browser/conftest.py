"""A real Chromium on a live server. In CI a missing browser is a failure; elsewhere it says how to get one."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from people.models import User

# Playwright's own loop runs in this thread; the ORM is used beside it, never inside its callbacks.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, or Playwright's own."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        if path is None and not Path(playwright.chromium.executable_path).exists():
            pytest.fail("No Chromium: install the package `chromium`, or run `playwright install chromium`.")
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


@pytest.fixture
def new_context(browser: Browser, live_server: Any) -> Iterator[Any]:
    """new_context(user, width=…, color_scheme=…): the context of a signed-in window. Errors on a page fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(user: User | None = None, *, width: int = 1440, height: int = 900, **more: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, reduced_motion="reduce", **more
        )
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = client.cookies["sessionid"]
            context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        return context

    yield make
    for context in contexts:
        for page in context.pages:
            page.goto("about:blank")  # pages that go away may still send something
        context.close()
    _settle()
    assert errors == []


def _settle() -> None:
    """Wait until the server has nothing in work: emptying the tables beside a late request would be a deadlock."""
    busy = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
    """
    quiet = 0
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(busy)
            quiet = quiet + 1 if cursor.fetchone() == (0,) else 0
        if quiet == 4:
            return
        time.sleep(0.025)


@pytest.fixture
def violations() -> Any:
    """violations(page): what axe finds that is serious or critical, and a page wider than its window, in words."""
    from axe_playwright_python.sync_playwright import Axe  # deferred: only browser tests need it

    def check(page: Page) -> list[str]:
        found = Axe().run(page).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        too_wide = [f"the page is {wide} px wider than the window"] if wide > 0 else []
        return too_wide + [
            f"{one['id']}: {one['help']} ({', '.join(str(node['target']) for node in one['nodes'][:4])})"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]

    return check


@pytest.fixture
def picture() -> Any:
    """picture(page, name): a screenshot in the folder that EVALSITE_PICTURES names, to look at; none without it."""
    folder = os.environ.get("EVALSITE_PICTURES")

    def take(page: Page, name: str, **more: Any) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", **more)

    return take
