"""`make run`, from the first start to the last process gone. One real start; the rest is pure."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from evalsite.embedded_postgres.cluster import Cluster
from evalsite.env import BadEnvironment
from evalsite.laptop.port import free_port
from evalsite.laptop.processes import configuration, programs
from evalsite.laptop.single import AlreadyRunning, Single

PROJECT = Path(__file__).resolve().parents[2]


def test_a_port_that_is_asked_for_must_be_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(BadEnvironment, match="is taken"):
            free_port(str(number))
    assert free_port(str(number)) == number


@pytest.mark.parametrize("wrong", ["eighty", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(BadEnvironment, match="port number"):
        free_port(wrong)


def test_without_wishes_there_is_always_a_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", free_port("")))


@pytest.mark.parametrize("models", [True, False])
def test_the_supervisor_is_told_of_every_process(models: bool) -> None:
    var = Path("/a folder/50 % [of] it/var")
    found = programs(port=8123, var=var, models=models)
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(configuration(found, folder=var / "log", project=var.parent))
    names = {name.removeprefix("program:") for name in parser.sections()} - {"supervisord", "group:evalsite"}
    assert names == {"web", "default-worker", "beat"} | ({"gpu-worker"} if models else set())
    assert set(parser["group:evalsite"]["programs"].split(",")) == names  # one group is stopped at once
    for program in found:
        section = parser[f"program:{program.name}"]
        command = shlex.split(section["command"].replace("%%", "%"))
        assert command[:3] == [sys.executable, "-m", "evalsite.laptop.child"]
        assert command[3:] == program.command
        assert section["directory"] == "/a folder/50 %% [of] it"
    assert "--bind=127.0.0.1:8123" in found[0].command


def test_a_second_start_is_told_where_the_first_one_answers(tmp_path: Path) -> None:
    first = Single(tmp_path)
    first.take()
    first.tell("http://127.0.0.1:8000/")
    with pytest.raises(AlreadyRunning, match=r"at http://127\.0\.0\.1:8000/"):
        Single(tmp_path).take()
    os.close(first.handle)
    Single(tmp_path).take()


def test_a_start_waits_for_what_a_killed_one_left(tmp_path: Path) -> None:
    first = Single(tmp_path)
    first.take()
    gone = subprocess.Popen(["true"])
    gone.wait()
    (tmp_path / "running.txt").write_text(f"{gone.pid} http://127.0.0.1:8000/\n")
    with pytest.raises(AlreadyRunning, match="do not end"):
        Single(tmp_path).take(patience=0.3)
    os.close(first.handle)
    Single(tmp_path).take(patience=0)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts `make run`'s program on a folder of the test's own; ends it, and all that it started, afterwards."""
    var = tmp_path / "a folder [x]" / "var"
    var.mkdir(parents=True, mode=0o700)
    (var / "backbones").symlink_to(Path(os.environ["EVALSITE_VAR"]) / "backbones")
    environment = {**os.environ, "EVALSITE_VAR": str(var), "PORT": "", "PYTHONUNBUFFERED": "1"}
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "evalsite.laptop"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
    until(lambda: not left_over(var))
    Cluster(var / "postgres").destroy()


def left_over(var: Path) -> list[psutil.Process]:
    """Processes that carry this folder in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("EVALSITE_VAR") == str(var) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def until(true: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not so within {seconds} s"
        time.sleep(0.2)


def read_welcome(process: subprocess.Popen[str]) -> str:
    """What it prints until it says how to stop it."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C stops everything" in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}readyz", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.mark.slow
def test_from_the_first_start_to_the_last_process_gone(run: Callable, tmp_path: Path) -> None:
    var = tmp_path / "a folder [x]" / "var"
    first = run()
    words = read_welcome(first)
    address = re.search(r"http://127\.0\.0\.1:\d+/", words)[0]  # type: ignore[index]
    assert len(re.findall(r"^ {4}(annotator|scientist|admin) +\1 +\S{16}$", words, flags=re.MULTILINE)) == 3
    assert "Traceback" not in words
    until(lambda: ready(address))

    worker = next(process for process in left_over(var) if "default@laptop" in process.cmdline())
    worker.kill()
    until(lambda: any("default@laptop" in p.cmdline() for p in left_over(var) if p.pid != worker.pid))

    second = run()
    assert f"it runs already at {address}" in second.communicate()[0]
    assert second.returncode == 1

    first.kill()  # nothing is left of a killed one, and nothing stops the next
    first.communicate()
    third = run()
    words = read_welcome(third)
    assert "shown only now" not in words
    third.send_signal(signal.SIGINT)
    assert "stopping" in third.communicate(timeout=90)[0]
    assert third.returncode == 0
    assert left_over(var) == []
    assert not Cluster(var / "postgres").running()
