"""compose.yaml's processes, started by hand against a real PostgreSQL, Redis and RabbitMQ on this machine.

Where they are: EVALSITE_PRODUCTION_DATABASE_URL (a role that may create databases), …_REDIS_URL and …_AMQP_URL; by
default the usual places of a developer's machine. What does not answer is a reason to skip, said in words.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from kombu import Connection
from psycopg import sql

PROJECT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("EVALSITE_PRODUCTION_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
BROKERS = {
    "redis": os.environ.get("EVALSITE_PRODUCTION_REDIS_URL", "redis://127.0.0.1:6379/9"),
    "rabbitmq": os.environ.get("EVALSITE_PRODUCTION_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//"),
}
HOST = "evalsite.example.org"
CELERY = [sys.executable, "-m", "celery", "-A", "evalsite"]

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("production")]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A database of this test's own on the real server; its URL."""
    name = f"evalsite_production_{secrets.token_hex(4)}"
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as problem:
        pytest.skip(f"no PostgreSQL answers at {POSTGRES.rsplit('@')[-1]}: {problem}")
    with connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlsplit(POSTGRES)._replace(path=f"/{name}").geturl()
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module", params=list(BROKERS))
def environment(request: pytest.FixtureRequest, database: str, tmp_path_factory: Any) -> dict[str, str]:
    """The environment of a server, with one of the two brokers; everything migrated and collected."""
    url = BROKERS[request.param]
    try:
        with Connection(url, connect_timeout=3) as broker:
            broker.ensure_connection(max_retries=1, timeout=3)
    except Exception as problem:  # each transport has exceptions of its own
        pytest.skip(f"no {request.param} answers at {url.rsplit('@')[-1]}: {problem}")
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "CELERY_BROKER_URL": url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": HOST,
        "TRUST_PROXY": "true",
        "METRICS_TOKEN": "a-token-of-the-test",
        "EVALSITE_VAR": str(tmp_path_factory.mktemp("var")),
        "LOG_LEVEL": "INFO",
        "HF_HUB_OFFLINE": "1",
    }
    for arguments in (["migrate", "--noinput"], ["collectstatic", "--noinput"]):
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)
    return environment


def ask(port: int, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers, as the proxy in front would ask."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Host": HOST, "X-Forwarded-Proto": "https", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode(), dict(refusal.headers)


def wait_for(port: int, path: str, status: int, *, seconds: float = 90) -> str:
    """The body once the address answers with the status."""
    end = time.monotonic() + seconds
    seen: object = None
    while time.monotonic() < end:
        try:
            code, body, _ = ask(port, path)
        except OSError as problem:
            seen = problem
        else:
            if code == status:
                return body
            seen = (code, body[:300])
        time.sleep(0.3)
    raise AssertionError(f"{path} did not answer with {status} in {seconds} s; last: {seen}")


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Any]:
    """Starts a process with that environment; ends all of them, and fails for one that has to be killed."""
    with ExitStack() as stack:

        def one(name: str, command: list[str]) -> subprocess.Popen[bytes]:
            log = stack.enter_context((tmp_path / f"{name}.log").open("wb"))
            process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
            stack.callback(end, process, tmp_path / f"{name}.log")
            return process

        yield one


def end(process: subprocess.Popen[bytes], log: Path) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"did not end when asked to:\n{log.read_text()[-2000:]}") from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_web_workers_and_beat_run_together(environment: dict[str, str], start: Any) -> None:
    port = free_port()
    web = [sys.executable, "-m", "gunicorn", "evalsite.wsgi", "--worker-class=gthread", "--workers=2", "--threads=4"]
    start("web", [*web, f"--bind=127.0.0.1:{port}", "--graceful-timeout=5"])
    assert wait_for(port, "/healthz", 200) == "ok"
    assert "missing: default, gpu" in wait_for(port, "/readyz", 503)

    start("gpu", [*CELERY, "worker", "-Q", "gpu", "-P", "solo", "-n", "gpu@%h"])
    start("default", [*CELERY, "worker", "-Q", "default", "-P", "threads", "-c", "2", "-n", "default@%h"])
    start("beat", [*CELERY, "beat", "--schedule", f"{environment['EVALSITE_VAR']}/beat-schedule", "--pidfile="])
    assert '"workers": "ok"' in wait_for(port, "/readyz", 200)

    status, page, headers = ask(port, "/sign-in/")
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert "Traceback" not in page
    stylesheet = page.split('rel="stylesheet"')[1].split('href="')[1].split('"')[0]
    status, _, headers = ask(port, stylesheet)
    assert status == 200, stylesheet
    assert "immutable" in headers["Cache-Control"]

    assert ask(port, "/metrics")[0] == 404
    assert "evalsite_" in ask(port, "/metrics", Authorization="Bearer a-token-of-the-test")[1]
    assert ask(port, "/healthz", Host="somebody-else.example.org")[0] in (200, 400)
    assert ask(port, "/sign-in/", Host="somebody-else.example.org")[0] == 400


def test_an_invitation_is_the_way_in(environment: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "invite", "--role", "admin", "--base", f"https://{HOST}"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.startswith(f"https://{HOST}/")
