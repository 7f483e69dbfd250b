"""Start and stop the cluster. Whoever uses it holds a shared lock; the last one out stops it.

A killed process loses its lock by itself, so nothing has to be cleaned up by hand.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from evalsite.embedded_postgres.layout import CannotEmbed, Layout, layout_for

SUPERUSER = "evalsite"
_START_SECONDS = 30.0
_STOP_SECONDS = 20.0

_using: dict[tuple[int, Path], IO[str]] = {}


def use(var: Path, *, fsync: bool = True) -> Layout:
    """A running cluster, held until this process ends (see `release`). Raises CannotEmbed."""
    layout = layout_for(var)
    key = (os.getpid(), layout.locks)
    if key in _using and _answers(layout):
        return layout
    with _locked(layout):
        if key not in _using:
            # Inherited entries belong to the parent; this process needs a lock of its own.
            users = (layout.locks / "users").open("a")
            fcntl.flock(users, fcntl.LOCK_SH)
            _using[key] = users
            atexit.register(release, layout)
        if not layout.data.exists():
            _initialise(layout)
        if not _answers(layout):
            _start(layout, fsync=fsync)
    return layout


def release(layout: Layout) -> None:
    """Stop using the cluster; stops it when nobody else does."""
    users = _using.pop((os.getpid(), layout.locks), None)
    if users is None:
        return
    with _locked(layout):
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            stop(layout)
        finally:
            users.close()


def stop(layout: Layout) -> None:
    """Fast shutdown: open transactions are rolled back, what was committed is on disk."""
    pid = _postmaster(layout)
    if pid is None:
        return
    _kill(pid, signal.SIGINT)
    end = time.monotonic() + _STOP_SECONDS
    while _postmaster(layout) is not None:
        if time.monotonic() > end:
            _kill(pid, signal.SIGQUIT)
            break
        time.sleep(0.02)


@contextmanager
def _locked(layout: Layout) -> Iterator[None]:
    """One process at a time starts or stops."""
    with (layout.locks / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(layout: Layout, *command: str) -> subprocess.CompletedProcess[str]:
    user = layout.user
    return subprocess.run(  # noqa: S603
        command,
        cwd=layout.home,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )


def _environment() -> dict[str, str]:
    """None of ours: an ungenerated LANG or a stray PGDATA would break it."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}


def _initialise(layout: Layout) -> None:
    half = layout.home / "half-made"
    shutil.rmtree(half, ignore_errors=True)  # left by a process that was killed here
    password = secrets.token_urlsafe(32)
    layout.password_file.touch(mode=0o600)
    layout.password_file.chmod(0o600)
    layout.password_file.write_text(password)
    handed_over = layout.home / "password-for-initdb"
    handed_over.unlink(missing_ok=True)
    handed_over.touch(mode=0o600)
    handed_over.write_text(password)
    if layout.user:
        os.chown(handed_over, layout.user.pw_uid, layout.user.pw_gid)
    made = _run(
        layout,
        str(layout.binaries / "initdb"),
        f"--pgdata={half}",
        f"--username={SUPERUSER}",
        f"--pwfile={handed_over}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # The built-in provider needs no locale of the operating system.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
    )
    handed_over.unlink(missing_ok=True)
    if made.returncode:
        raise CannotEmbed(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
    half.rename(layout.data)


def _start(layout: Layout, *, fsync: bool) -> None:
    _forget_dead_postmaster(layout)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(layout.sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "256MB",
        "work_mem": "32MB",
        "effective_cache_size": "1GB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "fsync": "on" if fsync else "off",
        "synchronous_commit": "on" if fsync else "off",
        "full_page_writes": "on" if fsync else "off",
    }
    # A socket folder's name may hold quotes or commas, which that setting would split at.
    options["unix_socket_directories"] = '"' + options["unix_socket_directories"].replace('"', '""') + '"'
    command = [str(layout.binaries / "postgres"), "-D", str(layout.data)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    end = time.monotonic() + _START_SECONDS
    while True:
        with layout.log.open("ab") as log:
            place = log.tell()
            process = subprocess.Popen(  # noqa: S603
                command,
                cwd=layout.home,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C at the terminal is the supervisor's to handle
                user=layout.user.pw_uid if layout.user else None,
                group=layout.user.pw_gid if layout.user else None,
                extra_groups=[] if layout.user else None,
            )
        while process.poll() is None and time.monotonic() < end:
            if _answers(layout):
                return
            time.sleep(0.02)
        # After SIGKILL the old children take a moment to notice and let go of their shared memory.
        if time.monotonic() > end:
            with layout.log.open("rb") as log:
                log.seek(place)
                words = log.read().decode(errors="replace").strip()
            raise CannotEmbed(f"PostgreSQL did not start: {words[-2000:]}")
        time.sleep(0.2)


def _answers(layout: Layout) -> bool:
    if not (layout.sockets / ".s.PGSQL.5432").exists():
        return False
    asked = _run(layout, str(layout.binaries / "pg_isready"), "-q", "-h", str(layout.sockets))
    return asked.returncode == 0


def _postmaster(layout: Layout) -> int | None:
    """The running postmaster's pid; None when there is none, or the pid is now somebody else's."""
    try:
        pid = int((layout.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return None
    except OSError:  # no /proc here: ask the kernel whether the process is there
        return pid if _kill(pid, 0) else None
    state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()[0]
    return pid if b"postgres" in command.split(b"\0", 1)[0] and state != "Z" else None


def _forget_dead_postmaster(layout: Layout) -> None:
    """PostgreSQL refuses to start when the pid in its file is any live process of the same user."""
    if _postmaster(layout) is None:
        (layout.data / "postmaster.pid").unlink(missing_ok=True)


def _kill(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
