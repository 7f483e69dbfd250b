"""One `make run` in a folder at a time, and what the next one is told."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import psutil


class AlreadyRunning(Exception):
    """Another `make run` has this folder; the message says where it answers."""


class Single:
    """A lock in var/ that the supervisor inherits: it is free again when the last of the processes has ended."""

    def __init__(self, var: Path) -> None:
        self._note = var / "running.txt"
        self.handle = os.open(self._note, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, *, patience: float = 60.0) -> None:
        """Wait for the processes of a killed start to end; refuse beside a living one. Raises AlreadyRunning."""
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                pid, _, address = self._note.read_text().partition(" ")
                if pid.isdigit() and psutil.pid_exists(int(pid)):
                    raise AlreadyRunning(f"it runs already{' at ' + address.strip() if address else ''}") from None
                if time.monotonic() > deadline:
                    raise AlreadyRunning("processes of an earlier start do not end") from None
            time.sleep(0.2)
        self.tell("")

    def tell(self, address: str) -> None:
        """Note who runs here and where it answers."""
        self._note.write_text(f"{os.getpid()} {address}\n")
