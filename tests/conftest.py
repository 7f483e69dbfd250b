"""Tests run on real PostgreSQL: a cluster of their own below var/test, or EVALSITE_TEST_DATABASE_URL."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

# Before settings are read: tests never touch the data of `make run`, and no server's either.
_PROJECT = Path(__file__).resolve().parent.parent
for _name in ("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "ALLOWED_HOSTS"):
    os.environ.pop(_name, None)
os.environ["EVALSITE_VAR"] = os.environ.get("EVALSITE_TEST_VAR", str(_PROJECT / "var" / "test"))
os.environ["EVALSITE_FSYNC"] = "0"
_VAR = Path(os.environ["EVALSITE_VAR"])
_VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
if not (_VAR / "backbones").exists() and (_PROJECT / "var" / "backbones").is_dir():
    with suppress(FileExistsError):  # another worker was faster
        (_VAR / "backbones").symlink_to(_PROJECT / "var" / "backbones")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("REQUEST_LOG_LEVEL", "CRITICAL")

SHARED_DATA = _PROJECT.parent / "shared" / "data"


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
    from scoring import wake

    monkeypatch.setattr(wake, "_send", lambda task, queue, *arguments: None)
