"""Which code this is: said in every release and on every results page."""

from __future__ import annotations

import subprocess
import tomllib
from functools import cache

from django.conf import settings

from evalsite.env import env_str


@cache
def code_version() -> str:
    """`0.1.0+<commit>`; without git (an image, say) EVALSITE_COMMIT names the commit, or it is left out."""
    with (settings.PROJECT / "pyproject.toml").open("rb") as file:
        version = str(tomllib.load(file)["project"]["version"])
    commit = env_str("EVALSITE_COMMIT", default="") or _commit()
    return f"{version}+{commit}" if commit else version


def _commit() -> str:
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607
            cwd=settings.PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return asked.stdout.strip()
