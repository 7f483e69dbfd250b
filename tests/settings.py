"""The laptop's settings on folders of this test run's own: no test touches the data of `make run`, or of another run.

The database is a cluster from the wheel, without fsync, started by the first test that needs it; or, where
EVALSITE_TEST_DATABASE_URL is set, that server's. Each worker of xdist has its own database in it.
"""

import os
import tempfile
from pathlib import Path

PREFIX = "evalsite-test-"
_PROJECT = Path(__file__).resolve().parent.parent


def _folder() -> Path:
    """One for the whole run: the first process makes it, the workers find it named in their environment."""
    if given := os.environ.get("EVALSITE_TEST_VAR"):
        return Path(given)
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    backbones = Path(os.environ.get("EVALSITE_VAR", _PROJECT / "var")) / "backbones"
    backbones.mkdir(mode=0o700, parents=True, exist_ok=True)
    (made / "backbones").symlink_to(backbones)  # large, read only: fetched once for everything
    os.environ["EVALSITE_TEST_VAR"] = str(made)
    return made


for _name in ("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "ALLOWED_HOSTS", "BEHIND_TLS"):
    os.environ.pop(_name, None)
os.environ["EVALSITE_VAR"] = str(_folder())
os.environ["EVALSITE_FSYNC"] = "0"
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("REQUEST_LOG_LEVEL", "CRITICAL")

from evalsite.settings import *  # noqa: E402,F403 (after the environment is set)
from evalsite.settings import database_at  # noqa: E402

DATABASES = {"default": database_at(os.environ.get("EVALSITE_TEST_DATABASE_URL", ""))}
