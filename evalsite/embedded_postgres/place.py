"""Which folder holds what.

home/                 0700, ours: lock, users, password, log.txt, sockets (the path of a short socket folder)
home/data, home/s     the cluster and its socket, when not root
/var/lib/evalsite/…   the same two as root: home is private to root, and the server is not root
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from evalsite.embedded_postgres.account import Account, account_for
from evalsite.embedded_postgres.problems import PostgresProblem

PORT = 5432  # of no network address: only the socket file's name holds it
SOCKET_PATH_LIMIT = 107  # bytes, of a Linux socket address; shorter elsewhere (103 on macOS), so we stay below that
ROOTS_FOLDER = Path("/var/lib/evalsite")


@dataclass(frozen=True)
class Place:
    """The folders of one cluster."""

    home: Path
    data_home: Path

    @property
    def data(self) -> Path:
        return self.data_home / "data"

    @property
    def password(self) -> Path:
        return self.home / "password"

    @property
    def log(self) -> Path:
        return self.home / "log.txt"

    @property
    def start_lock(self) -> Path:
        return self.home / "lock"

    @property
    def users_lock(self) -> Path:
        return self.home / "users"

    @property
    def account(self) -> Account | None:
        return account_for(self.data)


def place_for(home: Path) -> Place:
    """The folders for a cluster whose home is `home`; makes nothing."""
    home = home.resolve()
    if os.geteuid() != 0:
        return Place(home, home)
    if (home / "data").is_dir() and (home / "data").stat().st_uid != 0:
        return Place(home, home)  # somebody started here before root did: theirs stays theirs
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Place(home, ROOTS_FOLDER / digest)


def make_folders(place: Place) -> None:
    """Make what is missing, private; change the mode of nothing that was there before."""
    _private_folder(place.home)
    if place.data_home != place.home:
        # Open to pass through, not to list: the server's user must reach its own folder in it.
        if not ROOTS_FOLDER.is_dir():
            ROOTS_FOLDER.mkdir(parents=True, exist_ok=True)
            ROOTS_FOLDER.chmod(0o711)  # whatever the umask
        _private_folder(place.data_home)
        if account := place.account:
            account.give(place.data_home)
        note = place.home / "data-lies-elsewhere.txt"
        note.write_text(
            f"Started by root, so PostgreSQL runs as another user and its data lies in\n{place.data_home}\n"
        )


def socket_folder(place: Place) -> Path:
    """A private folder whose path is short enough for a socket; made when missing, the same one as long as it lasts."""
    near = place.data_home / "s"
    if fits(near):
        folder = near
        _private_folder(folder)
    else:
        record = place.home / "sockets"
        folder = Path(record.read_text()) if record.exists() else Path("/nonexistent")
        if not _is_private(folder, place.account):
            # mkdtemp makes it 0700 under a name nobody could prepare.
            folder = Path(tempfile.mkdtemp(prefix="evalsite-", dir=_short_temporary_folder()))
            record.write_text(str(folder))
    if account := place.account:
        account.give(folder)
    return folder


def current_socket_folder(place: Place) -> Path:
    """Where the socket is, for somebody who only connects. Makes nothing."""
    near = place.data_home / "s"
    return near if fits(near) else Path((place.home / "sockets").read_text())


def fits(folder: Path) -> bool:
    """Whether a socket in this folder has an address libpq can use (a comma separates hosts there)."""
    path = folder / f".s.PGSQL.{PORT}"
    return len(os.fsencode(path)) <= SOCKET_PATH_LIMIT - 4 and "," not in str(path)


def _short_temporary_folder() -> str | None:
    candidates = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]  # noqa: S108 (mkdtemp follows)
    if os.geteuid() == 0:
        candidates = ["/run", *candidates[1:]]
    for folder in candidates:
        if folder and Path(folder).is_dir() and os.access(folder, os.W_OK) and fits(Path(folder) / "evalsite-12345678"):
            return folder
    raise PostgresProblem(f"no folder with a short path was found for PostgreSQL's socket among {candidates}")


def _private_folder(folder: Path) -> None:
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise PostgresProblem(f"{folder} is in the way: it is not a folder of ours")
    if os.geteuid() != 0 and found.st_uid != os.geteuid():
        owner = pwd.getpwuid(found.st_uid).pw_name
        raise PostgresProblem(f"{folder} belongs to {owner}: run as that user, or set EVALSITE_VAR to another folder")


def _is_private(folder: Path, account: Account | None) -> bool:
    """Whether it is a real folder, 0700, of ours or of the server's user."""
    try:
        info = folder.lstat()
    except OSError:
        return False
    owners = {os.geteuid()} | ({account.uid} if account else set())
    return stat.S_ISDIR(info.st_mode) and stat.S_IMODE(info.st_mode) == 0o700 and info.st_uid in owners
