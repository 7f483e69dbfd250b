"""Real starts of the real binaries: in awkward folders, twice at once, after SIGKILL."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from evalsite.embedded_postgres import server
from evalsite.embedded_postgres.cluster import Cluster
from evalsite.embedded_postgres.place import SOCKET_PATH_LIMIT, current_socket_folder
from evalsite.embedded_postgres.problems import PostgresProblem

PROJECT = Path(__file__).resolve().parents[2]
HOLD = """
import sys
from pathlib import Path
from evalsite.embedded_postgres.cluster import Cluster
Cluster(Path(sys.argv[1]), fast=True).ensure("held")
print("ready", flush=True)
sys.stdin.read()
"""
Make = Callable[..., Cluster]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes clusters, by default in tmp_path/home, and destroys them at the end."""
    made: list[Cluster] = []

    def make_one(home: Path = tmp_path / "home", **options: bool) -> Cluster:
        made.append(Cluster(home, **{"fast": True, **options}))
        return made[-1]

    yield make_one
    for cluster in made:
        cluster.destroy()


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts processes that use the cluster in tmp_path/home until their input closes."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLD, str(tmp_path / "home")]
        process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def connect(cluster: Cluster, **changes: object) -> psycopg.Connection:
    return psycopg.connect(**{**cluster.parameters(), "dbname": "evalsite", "autocommit": True, **changes})  # type: ignore[arg-type]


def answers(cluster: Cluster) -> bool:
    with connect(cluster) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_starts_with_utf8_and_no_tcp_and_a_password(make: Make) -> None:
    cluster = make()
    cluster.ensure("evalsite")
    with connect(cluster) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW unix_socket_permissions").fetchone() == ("0700",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SELECT upper('ä')").fetchone() == ("Ä",)
        assert connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall() == [
            ("scram-sha-256",)
        ]
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(cluster, password="wrong")


def test_only_the_owner_may_enter(make: Make) -> None:
    cluster = make()
    cluster.ensure("evalsite")
    for folder in (
        cluster.place.home,
        cluster.place.data_home,
        cluster.place.data,
        current_socket_folder(cluster.place),
    ):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    assert stat.S_IMODE(cluster.place.password.stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.place.log.stat().st_mode) == 0o600


def test_no_mode_outside_its_own_folders_is_changed(make: Make, tmp_path: Path) -> None:
    outer = tmp_path / "private"
    outer.mkdir(mode=0o700)
    before = {folder: folder.stat().st_mode for folder in (outer, *outer.parents)}
    make(outer / "var" / "postgres").ensure("evalsite")
    assert {folder: folder.stat().st_mode for folder in before} == before


@pytest.mark.parametrize(
    "name",
    ["with spaces and 'quotes' \"$x\"", "brackets [x] {y}, comma; # %s", "ä" * 60, "long-" + "x" * 195],
)
def test_awkward_folders(make: Make, tmp_path: Path, name: str) -> None:
    cluster = make(tmp_path / name / "var" / "postgres")
    cluster.ensure("evalsite")
    assert answers(cluster)
    assert len(os.fsencode(current_socket_folder(cluster.place) / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    assert stat.S_IMODE(current_socket_folder(cluster.place).stat().st_mode) == 0o700
    cluster.leave()
    assert not cluster.running()
    cluster.ensure("evalsite")  # finds the same socket folder again
    assert answers(cluster)


def test_a_language_that_is_not_installed_and_anothers_variables(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"LANG": "xx_YY.UTF-8", "LC_ALL": "xx_YY.UTF-8", "PGDATA": "/nowhere", "PGPORT": "1"}.items():
        monkeypatch.setenv(name, value)
    cluster = make()
    cluster.ensure("evalsite")
    assert answers(cluster)


def test_two_at_once_start_one_server_and_the_last_one_out_stops_it(make: Make, hold: Callable) -> None:
    processes = [hold(), hold(), hold()]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    cluster = make()
    assert cluster.place.log.read_text().count("starting PostgreSQL") == 1
    for process in processes:
        assert cluster.running()
        process.communicate()
    assert not cluster.running()


def test_committed_rows_outlive_a_killed_server(make: Make) -> None:
    cluster = make(fast=False)
    cluster.ensure("evalsite")
    with connect(cluster) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS value")
        killed = server.alive(cluster.place)
        assert killed is not None
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait(10)
        cluster.ensure("evalsite")  # while a child of the killed one may still be there
    with connect(cluster) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (42,)


def test_a_killed_client_does_not_keep_the_server_up(make: Make, hold: Callable) -> None:
    holder = hold()
    assert holder.stdout.readline() == "ready\n", holder.stderr.read()
    cluster = make()
    cluster.ensure("evalsite")
    holder.kill()
    holder.wait()
    cluster.leave()
    assert not cluster.running()


def test_a_server_left_by_a_killed_client_is_taken_over(make: Make, hold: Callable) -> None:
    holder = hold()
    assert holder.stdout.readline() == "ready\n", holder.stderr.read()
    cluster = make()
    left = server.alive(cluster.place)
    holder.kill()
    holder.wait()
    assert left is not None
    cluster.ensure("evalsite")
    assert server.alive(cluster.place) == left
    assert answers(cluster)


def test_a_pid_file_that_now_names_another_process_is_no_obstacle(make: Make, hold: Callable) -> None:
    cluster = make()
    cluster.ensure("evalsite")
    cluster.leave()
    other = subprocess.Popen(["sleep", "60"])
    try:
        pid_file = cluster.place.data / "postmaster.pid"
        pid_file.write_text(f"{other.pid}\n{cluster.place.data}\n0\n5432\n/nowhere\n\n0 0\n")
        pid_file.chmod(0o600)
        if account := cluster.place.account:
            account.give(pid_file)
        assert not cluster.running()
        cluster.ensure("evalsite")
        assert answers(cluster)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_an_initdb_that_was_killed_is_made_again(make: Make) -> None:
    cluster = make()
    cluster.place.data_home.mkdir(parents=True)
    (cluster.place.data_home / "half-x" / "data").mkdir(parents=True)
    (cluster.place.data_home / "half-x" / "data" / "PG_VERSION").write_text("18")
    cluster.ensure("evalsite")
    assert answers(cluster)


def test_a_database_missing_after_a_killed_start_is_made(make: Make, hold: Callable) -> None:
    holder = hold()
    assert holder.stdout.readline() == "ready\n", holder.stderr.read()
    cluster = make()
    cluster.ensure("another")
    with connect(cluster, dbname="another") as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("another",)


def test_a_file_in_the_way_is_refused_in_words(make: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(PostgresProblem, match="not a folder of ours"):
        make(tmp_path / "file").ensure("evalsite")
    assert (tmp_path / "file").read_text() == "mine"


def test_data_of_another_major_version_is_not_touched(make: Make) -> None:
    cluster = make()
    cluster.place.data.mkdir(parents=True)
    (cluster.place.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(PostgresProblem, match="made by PostgreSQL 17 and this is 18"):
        cluster.ensure("evalsite")
    assert [path.name for path in cluster.place.data.iterdir()] == ["PG_VERSION"]


def test_data_whose_password_went_with_its_folder_is_kept_and_told(make: Make) -> None:
    """As root the data lies elsewhere: it outlives a project folder that is removed and cloned anew."""
    cluster = make()
    cluster.place.data.mkdir(parents=True)
    (cluster.place.data / "PG_VERSION").write_text("18\n")
    with pytest.raises(PostgresProblem, match=r"its password .* is gone\. Put the old folder back, or move"):
        cluster.ensure("evalsite")
    assert [path.name for path in cluster.place.data.iterdir()] == ["PG_VERSION"]


def test_a_start_that_fails_says_what_the_server_said(make: Make) -> None:
    cluster = make()
    cluster.ensure("evalsite")
    cluster.leave()
    shutil.rmtree(cluster.place.data / "global")
    with pytest.raises(PostgresProblem, match=r"did not start(.|\n)*global"):
        cluster.ensure("evalsite")


def test_a_check_starts_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "EVALSITE_VAR": str(tmp_path / "var")}
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=PROJECT, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "var" / "postgres").exists()
