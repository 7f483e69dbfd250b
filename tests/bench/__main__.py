"""`make bench`: what a person waits for, on 10,000 conversations, through the real web server.

python -m tests.bench [--conversations 10000] [--requests 500]
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import time
import uuid
from collections.abc import Callable

from tests.bench.web import Client, Session, Web, own_database


def main() -> int:
    """Build, start two web processes, measure, print a table; exit status 1 when a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=12)
    parser.add_argument("--requests", type=int, default=500)
    given = parser.parse_args()
    with own_database("bench"):
        from evalsite.laptop.port import free_port
        from evalsite.version import code_version
        from tests.bench.world import build

        corpus, campaign, checkpoint, tokens = build(given.conversations, given.turns)
        web = Web(free_port(""))
        try:
            rows = measure(web.port, given.requests, corpus, campaign, checkpoint, tokens)
            rows.append(_release(corpus))
        finally:
            web.stop()
        where = (
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, code {code_version()}"
        )
    print(f"\n{where}, {given.conversations} conversations x {given.turns} turns\n")
    print("| what | n | p50 | p95 | max | target | met |\n|---|---|---|---|---|---|---|")
    for name, n, p50, p95, worst, target, met in rows:
        print(f"| {name} | {n} | {p50} | {p95} | {worst} | {target} | {'yes' if met else 'NO'} |")
    return int(not all(row[-1] for row in rows))


Row = tuple[str, int, str, str, str, str, bool]


def measure(port: int, count: int, corpus, campaign, checkpoint, tokens) -> list[Row]:  # type: ignore[no-untyped-def]
    from annotate.models import Conversation

    ids = list(Conversation.objects.filter(corpus=corpus).order_by("content_hash").values_list("pk", flat=True)[:count])
    annotator, scientist = Client(port, tokens["annotator"]), Session(port)
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


if __name__ == "__main__":
    sys.exit(main())
