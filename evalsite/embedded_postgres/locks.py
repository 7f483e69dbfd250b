"""Locks that the kernel releases when a process dies, however it dies (flock on a file in the cluster's home)."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Alone in this block among all processes; waits its turn."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class Presence:
    """This process uses the cluster. Kept as a shared lock, so that the last one out is known, and the killed too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self._pid = 0

    def begin(self) -> None:
        """Count as a user; a second call, or one after a fork, is no second user."""
        if self._handle is None:
            self._handle = _open(self._path)
            self._pid = os.getpid()
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def end(self) -> bool:
        """Count no more. True when this was the last user. Call it under the start lock, or two may be the last."""
        if self._handle is None or self._pid != os.getpid():
            return False
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            last = False
        else:
            last = True
        os.close(self._handle)
        self._handle = None
        return last


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
