"""The whole way on the three Topical-Chat splits beside the project, timed: import, score, compare, release, verify.

python -m tests.bench.whole_way            (make results-whole-way writes docs/results/whole-way.md)
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "topical_chat"
SPLITS = ("test_freq", "valid_freq", "valid_rare")


def main() -> int:
    """Print the table; exit status 1 when an aim is missed, 2 without the data."""
    if not DATA.is_dir():
        print("../shared/data is not here", file=sys.stderr)
        return 2
    var = Path(tempfile.mkdtemp(prefix="evalsite-whole-way-"))
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    os.environ |= {"EVALSITE_VAR": str(var), "DJANGO_SETTINGS_MODULE": "evalsite.settings", "LOG_LEVEL": "ERROR"}
    import django  # deferred: settings read the environment above

    django.setup()
    from django.core.management import call_command

    from evalsite.embedded_postgres.cluster import Cluster
    from evalsite.version import code_version
    from scoring import wake

    wake._send = lambda task, queue, *arguments: None
    call_command("migrate", verbosity=0)
    try:
        rows, met = _measure(var)
    finally:
        Cluster(var / "postgres").destroy()
        shutil.rmtree(var, ignore_errors=True)
    print("# The whole way on real conversations\n")
    print(
        "Made by `make results-whole-way`. Data: the three Topical-Chat splits test_freq, valid_freq, valid_rare with"
    )
    print("their reading sets (pre-built form) and wiki.json; one run each, no interval: times of one machine.\n")
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"Hardware: {where}, PostgreSQL from the wheel, fsync on. Code: {code_version()}.\n")
    print("| step | what | seconds | rate | aim |\n|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    return int(not met)


def _timed(act: Callable[[], object]) -> tuple[float, object]:
    started = time.perf_counter()
    found = act()
    return time.perf_counter() - started, found


def _measure(var: Path) -> tuple[list[tuple[str, ...]], bool]:
    from django.conf import settings

    from annotate.actions.import_corpus import import_corpus
    from annotate.importing.registry import reader
    from annotate.models import Corpus
    from people.models import User
    from scoring.actions.publish_release import publish_release
    from scoring.actions.refresh_stale_comparisons import refresh_stale_comparisons
    from scoring.actions.register_checkpoint import register_checkpoint
    from scoring.actions.request_release import request_release
    from scoring.actions.request_run import request_run
    from scoring.actions.score_waiting import score_waiting
    from scoring.actions.verify_release import verify_release
    from scoring.models import Comparison, Prediction, Release

    corpus = Corpus.objects.create(key="topical-chat", name="Topical-Chat", format="topical_chat")
    admin = User.objects.create(username="admin", role="admin")

    def bring_in() -> object:
        files = [(f"{split}.json", (DATA / "conversations" / f"{split}.json").read_bytes()) for split in SPLITS]
        files += [(f"{s}.json", (DATA / "reading_sets" / "pre-build" / f"{s}.json").read_bytes()) for s in SPLITS]
        files += [(name, (DATA / name).read_bytes()) for name in ("wiki.json", "entity_to_topic.json")]
        return import_corpus(corpus=corpus, records=reader("topical_chat")(files))

    rows: list[tuple[str, ...]] = []
    seconds, report = _timed(bring_in)
    met = seconds < 6
    counts = [getattr(report, name) for name in ("conversations", "turns", "sections", "ratings")]
    what = "{} conversations, {} turns, {} sections, {} ratings".format(*counts)
    rows.append(("import, validated, every constraint kept", what, f"{seconds:.1f}", "", "under 6 s"))
    again, report = _timed(bring_in)
    assert report.unchanged == 1617 and not report.conflicts  # type: ignore[attr-defined]
    rows.append(("the same import again", "changes nothing", f"{again:.1f}", "", ""))
    for metric in ("length", "overlap"):
        digest = hashlib.sha256(f"weightless:{metric}".encode()).hexdigest()
        checkpoint = register_checkpoint(metric=metric, name="as published", digest=digest, folder=None, device="cpu")
        request_run(checkpoint=checkpoint, corpus=corpus, slice={}, requested_by=admin)
        seconds, _ = _timed(score_waiting)
        made = Prediction.objects.filter(checkpoint=checkpoint)
        none = Counter(made.filter(value__isnull=True).values_list("reason", flat=True))
        without = ", ".join(f"{count} {reason!r}" for reason, count in none.most_common()) or "0"
        what = f"{made.count()} turns, each once; without a score: {without}"
        rows.append(
            (f"score by {metric}, one worker", what, f"{seconds:.1f}", f"{made.count() / seconds:.0f} turns/s", "")
        )
    seconds, _ = _timed(refresh_stale_comparisons)
    rows.append(
        ("calibrate and compare", f"{Comparison.objects.count()} turns with both judgements", f"{seconds:.1f}", "", "")
    )
    for format in ("jsonl", "csv", "parquet", "topical_chat"):
        release = request_release(name=format, corpus=corpus, format=format, slice={}, requested_by=admin)
        seconds, _ = _timed(lambda release=release: publish_release(release_id=release.pk))  # type: ignore[misc]
        release = Release.objects.get(pk=release.pk)
        assert release.state == "ready" and verify_release(release=release) == [], release.reason
        what = f"{release.size / 1e6:.1f} MB, verified"
        if format == "topical_chat":
            same = _same_bytes(Path(settings.RELEASES) / release.path)
            met &= same == 6
            what += f"; {same} of 6 files have the sha256 of what was imported"
        rows.append((f"release as {format}", what, f"{seconds:.1f}", "", ""))
    return rows, met


def _same_bytes(archive: Path) -> int:
    same = 0
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            original = DATA / name.replace("reading_sets/", "reading_sets/pre-build/")
            digests = [hashlib.sha256(content).digest() for content in (opened.read(name), original.read_bytes())]
            same += digests[0] == digests[1]
    return same


if __name__ == "__main__":
    sys.exit(main())
