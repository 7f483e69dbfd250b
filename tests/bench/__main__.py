"""`make bench`: what a person waits for, on 10,000 conversations, through the real web server.

python -m tests.bench [--conversations 10000] [--requests 500]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Build, start two web processes, measure, print a table; exit status 1 when a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=12)
    parser.add_argument("--requests", type=int, default=500)
    given = parser.parse_args()
    var = Path(tempfile.mkdtemp(prefix="evalsite-bench-"))
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    os.environ |= {
        "EVALSITE_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "evalsite.settings",
        "DEBUG": "0",
        "LOG_LEVEL": "WARNING",
        "REQUEST_LOG_LEVEL": "WARNING",
        "API_RATE": "1000000/min",
    }
    import django  # deferred: settings read the environment above

    django.setup()
    from django.core.management import call_command

    from evalsite.laptop.port import free_port
    from evalsite.version import code_version
    from scoring import wake

    wake._send = lambda task, queue, *arguments: None  # type: ignore[assignment]  # no worker runs here
    call_command("migrate", verbosity=0)
    from tests.bench.world import build

    corpus, campaign, checkpoint, tokens = build(given.conversations, given.turns)
    port = free_port("")
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "evalsite.wsgi", "-k", "gthread", "-w", "2", "--threads", "4",
         "-b", f"127.0.0.1:{port}", "--log-level", "warning", "--no-control-socket"],
        cwd=PROJECT,
    )  # fmt: skip
    try:
        _wait(port)
        rows = measure(port, given.requests, corpus, campaign, checkpoint, tokens)
        rows.append(_release(corpus))
    finally:
        web.terminate()
        web.wait()
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, code {code_version()}"
    print(f"\n{where}, {given.conversations} conversations x {given.turns} turns\n")
    print("| what | n | p50 | p95 | max | target | met |\n|---|---|---|---|---|---|---|")
    for name, n, p50, p95, worst, target, met in rows:
        print(f"| {name} | {n} | {p50} | {p95} | {worst} | {target} | {'yes' if met else 'NO'} |")
    from django.db import connections

    connections.close_all()
    missed = not all(row[-1] for row in rows)
    from evalsite.embedded_postgres.cluster import Cluster

    Cluster(var / "postgres").destroy()
    shutil.rmtree(var, ignore_errors=True)
    return int(missed)


Row = tuple[str, int, str, str, str, str, bool]


def measure(port: int, count: int, corpus, campaign, checkpoint, tokens) -> list[Row]:  # type: ignore[no-untyped-def]
    from annotate.models import Conversation

    ids = list(Conversation.objects.filter(corpus=corpus).order_by("content_hash").values_list("pk", flat=True)[:count])
    annotator, scientist = _Client(port, tokens["annotator"]), _Session(port)
    rows = []
    times = []
    for number in range(count):
        started = time.perf_counter()
        answer = annotator.post(f"/api/v1/my/campaigns/{campaign.pk}/claim/", {})
        annotator.get(f"/api/v1/my/tasks/{answer['task']}/")
        times.append(time.perf_counter() - started)
        if number + 1 < count:
            annotator.post(
                f"/api/v1/my/tasks/{answer['task']}/skip/",
                {"op_id": str(uuid.uuid4()), "reason": "other", "note": "bench"},
            )
    rows.append(_row("next task: claim and payload", times, 40))
    task = answer["task"]
    version = annotator.get(f"/api/v1/my/tasks/{task}/")
    question = version["questions"][0]["id"]
    base = [version["task"]["version"] if "task" in version else version["version"]]

    def save(number: int) -> None:
        operation = {
            "op_id": str(uuid.uuid4()), "kind": "rate", "turn": number % 12, "question": question,
            "value": number % 5 + 1,
        }  # fmt: skip
        answer = annotator.post(f"/api/v1/my/tasks/{task}/operations/", {"base": base[0], "operations": [operation]})
        base[0] = answer["version"]

    rows.append(_row("save one answer, one client", _timed(save, count), 25))
    rows.append(
        _row("side by side page", _timed(lambda n: scientist.get(f"/side-by-side/{ids[n % len(ids)]}/"), count), 40)
    )
    rows.append(
        _row(
            "side by side list, by gap",
            _timed(lambda n: scientist.get(f"/side-by-side/?corpus={corpus.key}&by={checkpoint.pk}"), count // 5),
            50,
        )
    )
    rows.append(
        _row(
            "disagreement queue", _timed(lambda n: scientist.get(f"/disagreement/?corpus={corpus.key}"), count // 5), 50
        )
    )
    return rows


def _release(corpus) -> Row:  # type: ignore[no-untyped-def]
    from people.models import User
    from scoring.actions.publish_release import publish_release
    from scoring.actions.request_release import request_release
    from scoring.models import Release

    admin = User.objects.get(username="bench-admin")
    request_release(name="warm", corpus=corpus, format="jsonl", slice={"limit": 10}, requested_by=admin)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for number in range(3):
        release = request_release(name=f"bench {number}", corpus=corpus, format="jsonl", slice={}, requested_by=admin)
        started = time.perf_counter()
        publish_release(release_id=release.pk)
        seconds.append(time.perf_counter() - started)
        release = Release.objects.get(pk=release.pk)
        assert release.state == "ready", release.reason
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    middle = statistics.median(seconds)
    name = f"JSONL release of everything, {release.size / 1e6:.0f} MB, peak memory +{grown:.0f} MB"
    return (name, 3, f"{middle:.2f} s", "-", f"{max(seconds):.2f} s", "2 s", middle < 2)


def _timed(act: Callable[[int], object], count: int) -> list[float]:
    for number in range(10):
        act(number)
    times = []
    for number in range(count):
        started = time.perf_counter()
        act(number)
        times.append(time.perf_counter() - started)
    return times


def _row(name: str, times: list[float], target_ms: int) -> Row:
    ordered = sorted(times)
    p95 = ordered[int(0.95 * len(ordered))] * 1000
    middle, worst = statistics.median(ordered) * 1000, ordered[-1] * 1000
    return (
        name,
        len(times),
        f"{middle:.1f} ms",
        f"{p95:.1f} ms",
        f"{worst:.0f} ms",
        f"p95 {target_ms} ms",
        p95 < target_ms,
    )


class _Client:
    """JSON over one kept connection, with a token."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, address: str) -> dict:  # type: ignore[type-arg]
        return self._ask("GET", address, None)

    def post(self, address: str, body: dict) -> dict:  # type: ignore[type-arg]
        return self._ask("POST", address, json.dumps(body))

    def _ask(self, method: str, address: str, body: str | None) -> dict:  # type: ignore[type-arg]
        try:
            self.connection.request(method, address, body, self.headers)
            answer = self.connection.getresponse()
        except http.client.RemoteDisconnected:  # a server may close a kept connection; browsers ask again, and so do we
            self.connection.close()
            self.connection.request(method, address, body, self.headers)
            answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {address}: {answer.status} {content[:300]!r}")
        return json.loads(content)


class _Session:
    """Pages over one kept connection, signed in."""

    def __init__(self, port: int) -> None:
        from django.contrib.auth import BACKEND_SESSION_KEY as BACKEND
        from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        from people.models import User

        user = User.objects.get(username="bench-scientist")
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


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server does not answer")


if __name__ == "__main__":
    sys.exit(main())
