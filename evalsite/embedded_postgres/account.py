"""Who runs the server. PostgreSQL refuses to run as root, so root gives it an unprivileged user of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalsite.embedded_postgres.problems import PostgresProblem

USER = "evalsite-postgres"


@dataclass(frozen=True)
class Account:
    """Another user, as whom root starts PostgreSQL's programs."""

    name: str
    uid: int
    gid: int

    def as_user(self) -> dict[str, Any]:
        """Keyword arguments for subprocess: this user, this group and no other."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make this user the owner of a file or folder that we made."""
        os.chown(path, self.uid, self.gid)


def account_for(data: Path) -> Account | None:
    """None when not root: the server runs as oneself. As root: the data's owner, or the user of our own."""
    if os.geteuid() != 0:
        return None
    if data.is_dir() and (owner := data.stat().st_uid) != 0:
        try:
            return _from(pwd.getpwuid(owner))
        except KeyError:
            raise PostgresProblem(f"{data} belongs to user number {owner}, who is not a user here") from None
    return _own_user()


def _own_user() -> Account:
    try:
        return _from(pwd.getpwnam(USER))
    except KeyError:
        _make_user()
    try:
        return _from(pwd.getpwnam(USER))
    except KeyError:
        raise PostgresProblem(
            f"PostgreSQL cannot run as root, and the user {USER} could not be made. "
            "Run as another user, make that user yourself, or set DATABASE_URL."
        ) from None


def _make_user() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    # Not checked: of two processes one may find the user already made; the caller looks again.
    subprocess.run(  # noqa: S603
        [useradd, *options, "--shell", "/usr/sbin/nologin", "--comment", "PostgreSQL of evalsite", USER],
        check=False,
        capture_output=True,
    )


def _from(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
