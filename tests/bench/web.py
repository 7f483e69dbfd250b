"""A database of this run's own, the web server as `make run` starts it, and clients that keep their connection."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

PROJECT = Path(__file__).resolve().parents[2]
WEB_PROCESSES = 2


@contextmanager
def own_database(name: str) -> Iterator[Path]:
    """Settings on a folder that is thrown away afterwards, migrated, fsync on; no worker is woken. Gives the folder."""
    var = Path(tempfile.mkdtemp(prefix=f"evalsite-{name}-"))
    for given in ("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "ALLOWED_HOSTS"):
        os.environ.pop(given, None)
    os.environ |= {
        "EVALSITE_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "evalsite.settings",
        "EVALSITE_FSYNC": "1",
        "DEBUG": "0",
        "LOG_LEVEL": "ERROR",
        "REQUEST_LOG_LEVEL": "CRITICAL",
        "API_RATE": "1000000/min",
    }
    import django  # deferred: settings read the environment above

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from evalsite.embedded_postgres.cluster import Cluster
    from scoring import wake

    wake._send = lambda task, queue, *arguments: None
    call_command("migrate", verbosity=0)
    try:
        yield var
    finally:
        connections.close_all()
        Cluster(var / "postgres").destroy()
        shutil.rmtree(var, ignore_errors=True)


class Web:
    """gunicorn with two processes of four threads. `kill_one` and `kill_all` are SIGKILL: nobody says goodbye."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.killed = 0
        self.start()

    def start(self) -> None:
        self.master = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "evalsite.wsgi", "--worker-class=gthread",
             f"--workers={WEB_PROCESSES}", "--threads=4", f"--bind=127.0.0.1:{self.port}", "--keep-alive=30",
             "--graceful-timeout=5", "--no-control-socket", "--log-level=critical"],
            cwd=PROJECT,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait(self.port)
        except BaseException:  # nobody else knows of it yet: it would run on without anyone to stop it
            self.stop()
            raise

    def kill_one(self) -> None:
        """One process dies in the middle of what it does; gunicorn starts another."""
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.master.pid).children()[:1]:
                child.kill()
                self.killed += 1

    def kill_all(self) -> None:
        """The whole web server dies, and is started again."""
        children = psutil.Process(self.master.pid).children()
        self.master.kill()
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self.killed += len(children)
        self.master.wait()
        self.start()

    def cpu_seconds(self) -> float:
        """Processor time of the web processes that live, and of PostgreSQL's, so far: it tells what a request costs
        even where the machine has other things to do."""
        postgres = _postgres()
        parents = [psutil.Process(self.master.pid), *([postgres] if postgres else [])]
        together = 0.0
        for process in [*parents, *(child for one in parents for child in one.children(recursive=True))]:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                together += times.user + times.system
                if process in parents:  # of children that have ended
                    together += times.children_user + times.children_system
        return together

    def stop(self) -> None:
        self.master.terminate()
        self.master.wait()


def _postgres() -> psutil.Process | None:
    from evalsite.embedded_postgres import server
    from evalsite.embedded_postgres.cluster import Cluster

    return server.alive(Cluster(Path(os.environ["EVALSITE_VAR"]) / "postgres").place)


def wait(port: int) -> None:
    """Until the web server answers. Raises RuntimeError after two minutes: a busy machine starts slowly."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    raise RuntimeError("the web server does not answer")


class Lost(Exception):
    """No answer came: whether the server did what it was asked is not known."""


class Client:
    """JSON over one kept connection, with a token."""

    def __init__(self, port: int, token: str, timeout: float = 60) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, address: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """(status, answer). Raises Lost when the connection broke or the server stumbled."""
        try:
            if self.connection.sock is None:
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.request(method, address, None if body is None else json.dumps(body), self.headers)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            self.connection.close()
            raise Lost(str(problem)) from problem
        if answer.status >= 500:
            raise Lost(f"{method} {address}: {answer.status}")
        return answer.status, json.loads(content) if content else None

    def get(self, address: str) -> Any:
        return self._surely("GET", address, None)

    def post(self, address: str, body: dict[str, Any]) -> Any:
        return self._surely("POST", address, body)

    def _surely(self, method: str, address: str, body: dict[str, Any] | None) -> Any:
        try:
            status, answer = self.ask(method, address, body)
        except Lost:  # a server may close a kept connection; browsers ask again, and so do we
            status, answer = self.ask(method, address, body)
        if status >= 400:
            raise RuntimeError(f"{method} {address}: {status} {answer!r}"[:400])
        return answer


class Session:
    """Pages over one kept connection, signed in."""

    def __init__(self, port: int, username: str = "bench-scientist") -> None:
        from django.contrib.auth import BACKEND_SESSION_KEY as BACKEND
        from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        from people.models import User

        user = User.objects.get(username=username)
        store = SessionStore()
        store[SESSION_KEY], store[BACKEND] = str(user.pk), "django.contrib.auth.backends.ModelBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.save()
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Cookie": f"sessionid={store.session_key}"}

    def get(self, address: str) -> bytes:
        self.connection.request("GET", address, headers=self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        return content
