"""What every test has, and what is put away when the run ends."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.apps import apps
from django.db.models.signals import post_migrate
from django.utils import translation

from evalsite.embedded_postgres.cluster import Cluster
from tests.settings import PREFIX

PROJECT = Path(__file__).resolve().parent.parent
SHARED_DATA = PROJECT.parent / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Programs that tests start read the settings that people run, on this run's folders (EVALSITE_VAR)."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "evalsite.settings"
    post_migrate.connect(_ship_again, sender=apps.get_app_config("annotate"))


def _ship_again(**_: Any) -> None:
    """A test with real transactions empties every table afterwards, which Django tells as post_migrate: the rows that
    came with the migrations come back, so that tests run in any order."""
    importlib.import_module("annotate.migrations.0003_shipped_dimensions").ship(apps, None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process of the run puts away what the run made, and what killed runs left."""
    if hasattr(config, "workerinput"):
        return
    _put_away(Path(os.environ["EVALSITE_VAR"]))
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            pid = folder.name.removeprefix(PREFIX).split("-")[0]
            if folder.stat().st_uid == os.geteuid() and pid.isdigit() and not psutil.pid_exists(int(pid)):
                _put_away(folder)


def _put_away(folder: Path) -> None:
    if (folder / "postgres").is_dir():
        Cluster(folder / "postgres").destroy()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data beside the project; tests that need it are skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("../shared/data is not here")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def _no_message_leaves(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Waking a worker is recorded by tests that care; no test writes into a broker's folder by the way."""
    if "metrics" in request.node.nodeid.split("/"):
        return
    from scoring import wake  # deferred: needs the apps

    monkeypatch.setattr(wake, "_send", lambda task, queue, *arguments: None)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A page that was asked for in another language leaves it in the thread; the next test starts in English."""
    with translation.override("en"):
        yield
