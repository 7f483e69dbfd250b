"""Which port the web server takes."""

from __future__ import annotations

import socket

from evalsite.env import BadEnvironment

_USUAL = 8000


def free_port(asked: str) -> int:
    """The port asked for, which must be free; without one 8000, or any free one where 8000 is taken."""
    if asked:
        if not asked.isdigit() or not 1 <= int(asked) <= 65535:
            raise BadEnvironment("PORT", f"must be a port number, not {asked!r}")
        if not _is_free(int(asked)):
            raise BadEnvironment("PORT", f"{asked} is taken by another program")
        return int(asked)
    if _is_free(_USUAL):
        return _USUAL
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
