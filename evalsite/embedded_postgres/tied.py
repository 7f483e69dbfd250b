"""Run a program that ends with the process that started it, or as another user, or both.

    python -I -S tied.py SIGNAL PARENT UID GID PROGRAM ARGUMENT…

SIGNAL is what the program gets when process PARENT, our parent, dies; 0 for nothing. UID and GID of -1 change nothing.
Linux tells a process when its parent dies, if asked to (prctl PR_SET_PDEATHSIG, man 2 prctl); the request survives
exec, but not a change of user, so that comes first. Elsewhere nothing is tied. Standard library only: costs 10 ms.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(signal_number: int, parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Change user, ask for the signal, become the program."""
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if signal_number and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606: the caller's own list, no shell


def tied_command(command: list[str], *, signal_number: int, uid: int = -1, gid: int = -1) -> list[str]:
    """The command that runs `command` tied to this process."""
    numbers = [str(number) for number in (signal_number, os.getpid(), uid, gid)]
    return [sys.executable, "-I", "-S", os.path.abspath(__file__), *numbers, *command]  # noqa: PTH100: runs without site


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:5]), sys.argv[5:])  # type: ignore[misc]
