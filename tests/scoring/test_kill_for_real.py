"""Real processes, really killed: a worker thrice, its messages lost, PostgreSQL itself. The run still ends complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalsite.embedded_postgres import server
from evalsite.embedded_postgres.cluster import Cluster

PROJECT = Path(__file__).resolve().parents[2]
SEED = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from annotate.actions.import_corpus import import_corpus
from annotate.models import Corpus
from scoring.actions.register_checkpoint import register_checkpoint
from scoring.actions.request_run import request_run
from tests.bench.world import records
corpus = Corpus.objects.create(key="kill", name="Kill", format="jsonl", synthetic=True)
import_corpus(corpus=corpus, records=records(900, 12))
row = register_checkpoint(metric="overlap", name="t", digest="0" * 64, folder=None, device="cpu")
print(request_run(checkpoint=row, corpus=corpus, slice={}, requested_by=None).pk)
"""
LOOK = """
import django; django.setup()
from scoring.models import Prediction, Run, Shard
run = Run.objects.get()
turns = list(Prediction.objects.values_list("turn", flat=True))
print(run.state, run.done, run.total, len(turns), len(set(turns)), run.reason)
"""


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    var = Path(tempfile.mkdtemp(prefix="evalsite-kill-"))
    for name in ("messages", "processed", "control"):
        (var / "queue" / name).mkdir(parents=True)
    yield {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "evalsite.settings",
        "EVALSITE_VAR": str(var),
        "EVALSITE_FSYNC": "1",  # what is acknowledged has to outlive a killed server
        "SHARD_LEASE_SECONDS": "2",
        "SHARD_ATTEMPTS": "50",
        "LOG_LEVEL": "ERROR",
    }
    Cluster(var / "postgres").destroy()
    shutil.rmtree(var, ignore_errors=True)


def python(code: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "evalsite", *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill_postgres(var: Path) -> None:
    process = server.alive(Cluster(var / "postgres").place)
    assert process is not None, "PostgreSQL does not run: nothing would be tested"
    process.kill()


@pytest.mark.slow
def test_a_run_ends_complete_whatever_is_killed(environment: dict[str, str]) -> None:
    var = Path(environment["EVALSITE_VAR"])
    python(SEED, environment)
    Cluster(var / "postgres").ensure("evalsite")  # runs, and can be killed, however late the worker comes to it
    worker = start(environment, "worker", "-Q", "gpu,default", "-P", "solo", "-n", "w@kill")
    beat = start(environment, "beat", f"--schedule={var / 'beat'}", "--pidfile=")
    try:
        for kill in range(3):
            time.sleep(2.2 + kill)
            worker.kill()
            worker.wait()
            if kill == 1:  # the broker forgets everything
                for message in (var / "queue" / "messages").iterdir():
                    message.unlink(missing_ok=True)
            if kill == 2:
                kill_postgres(var)
            worker = start(environment, "worker", "-Q", "gpu,default", "-P", "solo", "-n", "w@kill")
        end = time.monotonic() + 150
        while (seen := python(LOOK, environment)).split()[0] not in ("done", "failed"):
            assert time.monotonic() < end, seen
            time.sleep(1)
        assert seen == "done 10800 10800 10800 10800"
    finally:
        for process in (worker, beat):
            process.kill()
            process.wait()
