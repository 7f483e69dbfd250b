"""`make load`: fifty annotators at once with processes killed under them, then what a person waits for with much data.

python -m tests.bench.load [--annotators 50] [--items 2000] [--conversations 100000] [--turns 50000]
Prints docs/results/load.md; exit status 1 when an aim is missed or anything acknowledged was lost.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.web import WEB_PROCESSES, Session, Web, own_database


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `met` None: no aim was set."""

    what: str
    n: int
    measured: str
    aim: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        met = "" if self.met is None else "yes" if self.met else "NO"
        return f"| {self.what} | {self.n} | {self.measured} | {self.aim} | {met} |"


def main() -> int:
    """Build, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--annotators", type=int, default=50)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=50_000, help="of the workbench's corpus")
    parser.add_argument("--views", type=int, default=100, help="of each list page")
    given = parser.parse_args()
    with own_database("load"):
        from evalsite.laptop.port import free_port
        from evalsite.version import code_version

        web = Web(free_port(""))
        try:
            rows, words = _crowds(web, given.annotators, given.items)
            print(*rows, words, sep="\n", file=sys.stderr)  # what was measured is not lost if the rest fails
            rows += _much(web, given)
        finally:
            web.stop()
        code = code_version()
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print("# What holds under load\n")
    print("Made by `make results-load`: nothing here was written by hand. Data: conversations made from a seed")
    print(
        f"(tests/bench), in a database of its own, PostgreSQL from the wheel, fsync on; {WEB_PROCESSES} web processes"
    )
    print(
        "of four threads as `make run` starts them. The annotators run on the same machine and take their share of it."
    )
    print("One run, no interval: times of one machine.\n")
    print(f"Hardware: {where}. Load average before and now: {BEFORE}, {_load()}. Code: {code}.\n")
    print("| what | n | measured | aim | met |\n|---|---|---|---|---|")
    for row in rows:
        print(row)
    print(f"\n{words}")
    return int(any(row.met is False for row in rows))


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


BEFORE = _load()


def _crowds(web: Web, annotators: int, items: int) -> tuple[list[Row], str]:
    from tests.bench import crowd

    rows = []
    for people, of, turns, aim in ((1, 30, 12, "p95"), (8, 100, 12, "rate")):
        campaign, tokens = crowd.build(annotators=people, items=of, turns=turns, overlap=min(people, crowd.OVERLAP))
        before = web.cpu_seconds()
        crowd_run = crowd.run(web, campaign, tokens)
        spent = web.cpu_seconds() - before
        _must_hold(crowd_run.faults)
        ledger = crowd_run.ledger
        p95, n = _p95(ledger.save_seconds), len(ledger.save_seconds)
        if aim == "p95":
            rows.append(Row("a save, one annotator, p95", n, f"{p95:.1f} ms", "under 25 ms", p95 < 25))
        else:
            rate = crowd_run.saves_a_second
            rows.append(Row("saves by eight annotators", n, f"{rate:.0f} a second", "at least 120", rate >= 120))
            rows.append(Row("one of these saves, p95", n, f"{p95:.1f} ms"))
            each = f"{1000 * spent / n:.1f} ms"
            rows.append(Row("processor time of web and PostgreSQL a save, claims and submissions included", n, each))
    campaign, tokens = crowd.build(annotators=annotators, items=items, turns=2)
    every = max(1, items * crowd.OVERLAP // 12)
    blows = [every * place for place in range(1, 12)]
    run = crowd.run(web, campaign, tokens, kill_after=blows, kill_all_after=blows[5])
    ledger = run.ledger
    who = f"{annotators} annotators, {items} items, overlap {crowd.OVERLAP}"
    rows += [
        Row(f"{who}: faults", len(ledger.acknowledged), str(len(run.faults)), "none", not run.faults),
        Row("submitted", ledger.submitted, f"in {run.seconds:.0f} s", str(items * crowd.OVERLAP),
            ledger.submitted == items * crowd.OVERLAP),
        Row("web processes killed (SIGKILL) meanwhile", run.killed, f"{ledger.sent_again} requests sent again"),
        Row("saves", len(ledger.save_seconds), f"{run.saves_a_second:.0f} a second"),
        Row("a save that needed no second try, p95", len(ledger.save_seconds), f"{_p95(ledger.save_seconds):.0f} ms"),
    ]  # fmt: skip
    words = (
        "Held: each item has exactly that many submitted tasks, and each turn that many ratings, of different raters; "
        "each operation that was acknowledged is here with its version, receipt and value, and none besides. "
        if not run.faults
        else "FAULTS: " + "; ".join(run.faults[:20]) + ". "
    )
    return rows, f"{words}`manage.py verify_receipts`: {run.verified}"


def _must_hold(faults: list[str]) -> None:
    if faults:
        raise RuntimeError("; ".join(faults[:5]))


def _much(web: Web, given: argparse.Namespace) -> list[Row]:
    from annotate.actions.create_campaign import Question, create_campaign
    from annotate.actions.open_campaign import open_campaign
    from annotate.models import Conversation, DimensionVersion
    from people.models import Role, User
    from scoring.actions.ask_analysis import ask_analysis
    from scoring.actions.run_analysis import run_analysis
    from scoring.models import Analysis
    from tests.bench import large

    for role in Role.values:
        User.objects.create_user(username=f"bench-{role}", role=role)
    corpus, checkpoints = large.build(conversations=given.conversations, turns=1, key=large.LONG, metrics=1)
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    campaign = create_campaign(name="Large", corpus=corpus, questions=[Question(version)], by=None, overlap=3)
    open_campaign(campaign=campaign, by=None)
    at, by = f"corpus={corpus.key}", f"by={checkpoints[0].pk}"
    middle = Conversation.objects.filter(corpus=corpus).order_by("pk")[given.conversations // 2].pk
    rows = []
    for name, who, address in (
        ("side by side, list by gap", Role.SCIENTIST, f"/side-by-side/?{at}&{by}"),
        ("side by side, list of a split", Role.SCIENTIST, f"/side-by-side/?{at}&{by}&split=dev"),
        ("side by side, one conversation", Role.SCIENTIST, f"/side-by-side/{middle}/"),
        ("disagreement queue", Role.SCIENTIST, f"/disagreement/?{at}"),
        ("campaigns", Role.ADMIN, "/campaigns/"),
        ("one campaign", Role.ADMIN, f"/campaigns/{campaign.pk}/"),
        ("corpora", Role.ADMIN, "/corpora/"),
        ("an annotator's queue", Role.ANNOTATOR, "/queue/"),
        ("an annotator's own page", Role.ANNOTATOR, "/my/"),
        ("API: conversations", Role.SCIENTIST, f"/api/v1/conversations/?{at}"),
        ("API: ratings", Role.SCIENTIST, f"/api/v1/ratings/?{at}"),
    ):
        session = Session(web.port, f"bench-{who}")
        times = _timed(lambda s=session, a=address: s.get(a), given.views)  # type: ignore[misc]
        p95 = _p95(times)
        label = f"{name}, at {given.conversations:,} items: p50 {statistics.median(times) * 1000:.1f} ms; p95"
        rows.append(Row(label, len(times), f"{p95:.1f} ms", "under 50 ms", p95 < 50))
    wide, _ = large.build(conversations=given.turns // 10, turns=10, key=large.WIDE, metrics=3)
    row, _ = ask_analysis(kind="workbench", corpus=wide, dimension=version.dimension)
    started = time.perf_counter()
    run_analysis(analysis_id=row.pk)
    computed = time.perf_counter() - started
    assert Analysis.objects.get(pk=row.pk).result, Analysis.objects.get(pk=row.pk).problem
    session = Session(web.port)
    times = _timed(
        lambda: session.get(f"/workbench/?corpus={wide.key}&dimension=interaction_quality"), given.views // 5
    )
    p95 = _p95(times)
    what = f"workbench over {given.turns:,} turns and 3 metrics"
    rows.append(Row(f"{what}: the page, p95", len(times), f"{p95:.1f} ms", "under 1 s", p95 < 1000))
    rows.append(Row(f"{what}: computed anew by the default worker, 500 resamples", 1, f"{computed:.1f} s"))
    return rows


def _timed(act: Callable[[], object], count: int) -> list[float]:
    for _ in range(5):
        act()
    times = []
    for _ in range(count):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return times


def _p95(seconds: list[float]) -> float:
    """In milliseconds."""
    ordered = sorted(seconds)
    return ordered[int(0.95 * len(ordered))] * 1000


if __name__ == "__main__":
    sys.exit(main())
