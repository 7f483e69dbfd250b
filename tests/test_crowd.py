"""Eight annotators at once through the real web server, processes of it killed under them (in full: `make load`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
# In a process of its own: it needs real commits, and settings on another folder.
SCRIPT = """
import json
from tests.bench.web import Web, own_database
with own_database("crowd"):
    from evalsite.laptop.port import free_port
    from tests.bench import crowd
    campaign, tokens = crowd.build(annotators=8, items=60, turns=3)
    web = Web(free_port(""))
    try:
        outcome = crowd.run(web, campaign, tokens, kill_after=[40], kill_all_after=100)
    finally:
        web.stop()
    from annotate.models import Rating, TaskEvent
    tampered = TaskEvent.objects.filter(kind="submit").first()
    op, tampered.receipt = str(tampered.op_id), "0" * 64
    tampered.save()
    outcome.ledger.acknowledged["00000000-0000-0000-0000-000000000000"] = (1, "gone", 5)
    Rating.objects.filter(pk=Rating.objects.filter(current=True, task__isnull=False).first().pk).update(number=99)
    after, _ = crowd.check(campaign, outcome.ledger)
    print(json.dumps({"faults": outcome.faults, "killed": outcome.killed, "verified": outcome.verified,
                      "submitted": outcome.ledger.submitted, "saves": len(outcome.ledger.save_seconds),
                      "again": outcome.ledger.sent_again, "after": after, "op": op}))
"""


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_web_processes_are_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["faults"] == []
    assert outcome["submitted"] == 60 * 3
    assert outcome["killed"] == 1 + 2 and outcome["again"] > 0
    assert "Everything that was acknowledged is there" in outcome["verified"]
    # The check itself: what is altered, or was acknowledged and is gone, is found.
    after = " ".join(outcome["after"])
    assert outcome["op"] in after and "00000000-0000" in after and "here it is 99" in after
    assert "does not stand as it was acknowledged" in after
