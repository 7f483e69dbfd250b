"""Real starts of the real binaries: in awkward folders, twice at once, after SIGKILL."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from evalsite.embedded_postgres import server
from evalsite.embedded_postgres.layout import CannotEmbed, Layout, layout_for

PROJECT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from pathlib import Path
from evalsite.embedded_postgres.server import use
use(Path(sys.argv[1]), fsync=False)
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def var(tmp_path: Path):
    folder = tmp_path / "var"
    yield folder
    for child in tmp_path.rglob("var"):
        layout = layout_for(child)
        server.release(layout)
        server.stop(layout)
        shutil.rmtree(layout.home, ignore_errors=True)  # as root it lies outside the test's own folder


def connect(layout: Layout) -> psycopg.Connection:
    return psycopg.connect(
        host=str(layout.sockets), dbname="postgres", user=server.SUPERUSER, password=layout.password(), autocommit=True
    )


def hold(var: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(var)], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_starts_with_utf8_and_no_tcp_and_a_password(var: Path) -> None:
    layout = server.use(var, fsync=False)
    with connect(layout) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SELECT upper('ä'), 'Ä' > 'Z'").fetchone() == ("Ä", True)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(layout.sockets), dbname="postgres", user=server.SUPERUSER, password="wrong")


def test_only_the_owner_may_enter(var: Path) -> None:
    layout = server.use(var, fsync=False)
    for folder in (var, layout.sockets, layout.data):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(layout.password_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["with spaces and 'quotes'", "brackets [x] {y}, comma", "ä" * 40, "long-" + "x" * 195])
def test_awkward_folders(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "var"
    folder.parent.mkdir()
    layout = server.use(folder, fsync=False)
    try:
        with connect(layout) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.release(layout)
    assert server._postmaster(layout) is None
    shutil.rmtree(layout.home)


def test_a_language_that_is_not_installed(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "xx_YY.UTF-8")
    monkeypatch.setenv("LC_ALL", "xx_YY.UTF-8")
    with connect(server.use(var, fsync=False)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_two_at_once_start_one_server_and_the_last_one_out_stops_it(var: Path) -> None:
    first = subprocess.Popen([sys.executable, "-c", HOLD, str(var)], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    second = subprocess.Popen([sys.executable, "-c", HOLD, str(var)], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    for process in (first, second):
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    layout = server.use(var, fsync=False)
    pid = server._postmaster(layout)
    first.terminate()
    first.wait()
    assert server._postmaster(layout) == pid
    second.terminate()
    second.wait()
    server.release(layout)
    assert server._postmaster(layout) is None


def test_committed_rows_outlive_a_killed_server(var: Path) -> None:
    layout = server.use(var)
    with connect(layout) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS value")
    pid = server._postmaster(layout)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)
    layout = server.use(var)
    with connect(layout) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (42,)


def test_a_killed_client_does_not_keep_the_server_up(var: Path) -> None:
    holder = hold(var)
    layout = server.use(var, fsync=False)
    holder.kill()
    holder.wait()
    server.release(layout)
    assert server._postmaster(layout) is None


def test_a_pid_file_that_now_names_another_process_is_no_obstacle(var: Path) -> None:
    layout = server.use(var, fsync=False)
    server.release(layout)
    (layout.data / "postmaster.pid").write_text(f"{os.getpid()}\n{layout.data}\n0\n5432\n{layout.sockets}\n\n0 0\n")
    with connect(server.use(var, fsync=False)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_initdb_that_was_killed_is_made_again(var: Path) -> None:
    layout = layout_for(var)
    (layout.home / "half-made").mkdir()
    (layout.home / "half-made" / "PG_VERSION").write_text("18")
    with connect(server.use(var, fsync=False)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "var").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotEmbed, match="not a folder of ours"):
        layout_for(tmp_path / "var")


def test_a_check_starts_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "EVALSITE_VAR": str(tmp_path / "var")}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=PROJECT, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "var" / "postgres" / "password").exists()
