"""A laptop and a server differ by environment only, and a server refuses to start half."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SERVER = {
    "DATABASE_URL": "postgres://nobody:none@127.0.0.1:1/none",
    "SECRET_KEY": "k9-Zq3_vB7xWc2YtR8uLpE4sJmN6hGfD1aQwXzVoIyKb5TnCPr",
    "ALLOWED_HOSTS": "evalsite.example.org",
    "CELERY_BROKER_URL": "memory://",
}


def manage(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **changes}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # of the browser tests beside this one
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=PROJECT, env=environment, capture_output=True, text=True
    )


def test_a_server_passes_the_deployment_check() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **SERVER)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "CELERY_BROKER_URL"])
def test_a_server_does_not_start_without(missing: str) -> None:
    done = manage("check", **{**SERVER, missing: ""})
    assert done.returncode == 1
    assert re.fullmatch(rf"evalsite: environment variable {missing}: .+\n", done.stderr), done.stderr


def test_a_weak_secret_is_refused_and_not_repeated() -> None:
    done = manage("check", **{**SERVER, "SECRET_KEY": "a" * 60})
    assert done.returncode == 1
    assert "random string" in done.stderr
    assert "aaaa" not in done.stderr


def test_debug_cannot_be_switched_on_on_a_server() -> None:
    code = "from django.conf import settings; print(settings.DEBUG, settings.SESSION_COOKIE_SECURE)"
    assert manage("shell", "--no-imports", "-c", code, **SERVER, DEBUG="true").stdout.split() == ["False", "True"]


@pytest.mark.parametrize("name,value", [("DEBUG", "perhaps"), ("SHARD_LEASE_SECONDS", "soon"), ("SHARD_ATTEMPTS", "0")])
def test_a_wrong_value_stops_the_process_and_names_itself(name: str, value: str) -> None:
    done = manage("check", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"evalsite: environment variable {name}: must be")


def test_every_variable_is_documented() -> None:
    read = set()
    for folder in ("evalsite", "people", "annotate", "scoring", "frontend"):
        for file in (PROJECT / folder).rglob("*.py"):
            read |= set(re.findall(r'(?:env_\w+\(|environ(?:\.get\(|\[))"([A-Z_]+)"', file.read_text()))
    read -= {"DJANGO_SETTINGS_MODULE", "XDG_RUNTIME_DIR"}
    documented = set(re.findall(r"`([A-Z][A-Z_]+)`", (PROJECT / "docs" / "deploy.md").read_text()))
    assert len(read) > 15
    assert read <= documented, read - documented
