"""One postgres process on a cluster's data: made, started, found alive, stopped."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from evalsite.embedded_postgres import binaries, place
from evalsite.embedded_postgres.account import Account
from evalsite.embedded_postgres.place import PORT, ROOTS_FOLDER, Place
from evalsite.embedded_postgres.problems import PostgresProblem

USER = "evalsite"
START_SECONDS = 30
STOP_SECONDS = 20
_LOG_KEPT = 5_000_000  # bytes; a longer log starts anew
_UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def clean_environment() -> dict[str, str]:
    """No locale that may be missing here (a bad LANG stops initdb), and none of the PG* variables of other servers."""
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PG"))}
    return {**keep, "LC_ALL": "C", "TZ": "UTC"}


def make_cluster(where: Place) -> None:
    """initdb, once. A half-made cluster of a killed attempt is never taken for a whole one: the rename comes last."""
    if (where.data / "PG_VERSION").is_file():
        made_by = (where.data / "PG_VERSION").read_text().strip()
        if made_by != binaries.MAJOR:
            raise PostgresProblem(
                f"{where.data} was made by PostgreSQL {made_by} and this is {binaries.MAJOR}: "
                "dump it with the old version's pg_dump, move the folder away, and start again"
            )
        if not where.password.is_file():
            raise PostgresProblem(
                f"{where.data_home} holds the data of a project that was in {where.home.parent} before: its password "
                f"({where.password}) is gone. Put the old folder back, or move {where.data_home} away, and start again"
            )
        return
    account = where.account
    half = Path(tempfile.mkdtemp(prefix="half-", dir=where.data_home))
    secret = secrets.token_urlsafe(32)
    password_for_initdb = half / "password"
    password_for_initdb.touch(mode=0o600)
    password_for_initdb.write_text(secret)
    if account:
        account.give(half)
        account.give(password_for_initdb)
    folder = binaries.usable_by(account, keep=ROOTS_FOLDER)
    command = [
        str(folder / "initdb"),
        f"--pgdata={half / 'data'}",
        f"--username={USER}",
        f"--pwfile={password_for_initdb}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        "--no-sync",
    ]
    done = subprocess.run(  # noqa: S603
        command,
        cwd="/",
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **(account.as_user() if account else {}),
    )
    if done.returncode != 0:
        raise PostgresProblem(f"initdb failed in {where.data_home}:\n{done.stdout}{done.stderr}".rstrip())
    where.password.touch(mode=0o600)
    where.password.write_text(secret)
    password_for_initdb.unlink()
    (half / "data").rename(where.data)
    half.rmdir()


def start(where: Place, *, fast: bool = False) -> subprocess.Popen[bytes]:
    """Start postgres and wait until it takes connections. Call it under the start lock, when `alive` is None.

    `fast` gives up durability: for tests. Returns the process, so that its end can be waited for.
    """
    account = where.account
    folder = binaries.usable_by(account, keep=ROOTS_FOLDER)
    sockets = place.socket_folder(where)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": '"' + str(sockets).replace('"', '""') + '"',
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "max_connections": "100",
        "shared_buffers": "256MB",
        "work_mem": "32MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "log_timezone": "UTC",
        **(_UNSAFE_BUT_FAST if fast else {}),
    }
    command = [str(folder / "postgres"), "-D", str(where.data)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    deadline = time.monotonic() + START_SECONDS
    while True:
        _forget_the_dead(where, sockets)
        logged_before = where.log.stat().st_size if where.log.exists() else 0
        process = _launch(where, command, account)
        if _comes_up(where, process, deadline):
            return process
        said = where.log.read_bytes()[logged_before:].decode(errors="replace").strip()
        # A killed server's children may hold its shared memory for a moment longer.
        if "still in use" not in said or time.monotonic() > deadline:
            raise PostgresProblem(f"PostgreSQL did not start; the end of {where.log}:\n{said[-2000:]}")
        time.sleep(0.2)


def alive(where: Place) -> psutil.Process | None:
    """The running server of this data folder, or None. A recycled process number is not taken for it."""
    try:
        process = psutil.Process(int((where.data / "postmaster.pid").read_text().split("\n", 1)[0]))
        ours = str(where.data) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, psutil.Error):
        return None
    return process if ours else None


def stop(where: Place) -> None:
    """Fast shutdown: open transactions are rolled back, everything committed is on disk. Waits for the end."""
    process = alive(where)
    if process is None:
        return
    for how in (signal.SIGINT, signal.SIGQUIT):  # fast, and after a long wait immediate
        with contextlib.suppress(psutil.Error):
            process.send_signal(how)
            with contextlib.suppress(ChildProcessError):
                process.wait(STOP_SECONDS)
        if alive(where) is None:
            return
    raise PostgresProblem(f"PostgreSQL (process {process.pid}) does not stop; see {where.log}")


def _launch(where: Place, command: list[str], account: Account | None) -> subprocess.Popen[bytes]:
    where.log.touch(mode=0o600)
    if where.log.stat().st_size > _LOG_KEPT:
        where.log.write_bytes(b"")
    with where.log.open("ab") as log:
        # A session of its own: Ctrl-C at the terminal reaches the one who stops things in order, not the server.
        return subprocess.Popen(  # noqa: S603
            command,
            cwd="/",
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **(account.as_user() if account else {}),
        )


def _comes_up(where: Place, process: subprocess.Popen[bytes], deadline: float) -> bool:
    """Wait for the line in postmaster.pid that pg_ctl waits for too. False when the server ended instead."""
    while process.poll() is None:
        with contextlib.suppress(OSError):
            lines = (where.data / "postmaster.pid").read_text().split("\n")
            if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return True
        if time.monotonic() > deadline:
            process.send_signal(signal.SIGINT)
            process.wait()
            return False
        time.sleep(0.02)
    return False


def _forget_the_dead(where: Place, sockets: Path) -> None:
    """Let a killed server's files not stop the next one, when its process number belongs to somebody else by now.

    The number in postmaster.pid becomes that of the new server's parent, us, which PostgreSQL knows to be stale; the
    rest of the file stays, because from it PostgreSQL sees whether children of the dead one still run.
    """
    pid_file = where.data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError):
        _, rest = pid_file.read_text().split("\n", 1)
        pid_file.write_text(f"{os.getpid()}\n{rest}")
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (sockets / name).unlink(missing_ok=True)
