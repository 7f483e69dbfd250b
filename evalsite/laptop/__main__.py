"""`make run`: prepare, start everything, say where it is, and stop everything again.

python -m evalsite.laptop
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from evalsite.embedded_postgres.problems import PostgresProblem
from evalsite.laptop.child import end_with_parent
from evalsite.laptop.port import free_port
from evalsite.laptop.processes import configuration, programs
from evalsite.laptop.single import AlreadyRunning, Single
from scoring.metrics import backbones

_ANSWERS_WITHIN = 60.0


def main() -> int:
    """Exit status: 0 after Ctrl-C or SIGTERM, 1 when something could not be started."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")
    django.setup()
    if settings.ON_A_SERVER:
        print("make run is for a laptop. DATABASE_URL is set: start the processes as docs/deploy.md says.")
        return 1
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        return _run(stopping)
    except (PostgresProblem, AlreadyRunning) as problem:
        _say(str(problem))
        return 1


def _run(stopping: threading.Event) -> int:
    var = Path(settings.VAR)
    single = Single(var)
    single.take()
    port = free_port(os.environ.get("PORT", ""))
    _say("starting PostgreSQL and bringing the tables up to date")
    call_command("migrate", verbosity=0)
    call_command("load_sample", verbosity=0)
    signins = _first_signins()
    models = importlib.util.find_spec("torch") is not None
    if models:
        _fetch_backbones()
    if stopping.is_set():
        return 0
    connections.close_all()  # this process only waits from here on
    folder = var / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in ("messages", "processed", "control"):
        (var / "queue" / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    config = var / "supervisord.conf"
    found = programs(port=port, var=var, models=models)
    config.write_text(configuration(found, folder=folder, project=settings.PROJECT))
    supervisor = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(config)],
        stdin=subprocess.DEVNULL,
        preexec_fn=end_with_parent,  # a killed `make run` takes everything with it
        start_new_session=True,
        pass_fds=[single.handle],
    )
    address = f"http://127.0.0.1:{port}/"
    if not _answers(address, supervisor, stopping):
        supervisor.terminate()
        supervisor.wait()
        if stopping.is_set():
            return 0
        _say(f"the web server did not answer; see {folder / 'web.log'}")
        return 1
    single.tell(address)
    _welcome(address, signins, models, folder)
    while not stopping.wait(0.5):
        if supervisor.poll() is not None:
            _say(f"the supervisor ended by itself; see {folder / 'supervisor.log'}")
            return 1
    _say("stopping")
    supervisor.terminate()
    try:
        supervisor.wait(timeout=60)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()
    return 0  # PostgreSQL is stopped last, at exit, by whoever uses it last


def _first_signins() -> list[tuple[str, str, str]]:
    """(role, name, password) of one new person per role on the first start; nothing later."""
    from people.actions.sign_in_for import first_sign_ins  # deferred: needs django.setup

    return first_sign_ins()


def _fetch_backbones() -> None:
    """What cannot be fetched makes a metric unavailable, which its page says; the app starts all the same."""
    if not any(backbones.why_unavailable(name) for name in backbones.PINS):
        return
    _say("fetching the pretrained backbones (once)")
    command = [sys.executable, "-m", "scoring.metrics.backbones", "fetch"]
    fetched = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if fetched.returncode:
        words = (fetched.stderr.strip() or fetched.stdout.strip()).splitlines()
        _say(f"some backbones could not be fetched: {words[-1][:300] if words else 'no reason given'}")
        _say("what stands on them does not score; the runs page says so. The next `make run` tries again")


def _answers(address: str, supervisor: subprocess.Popen[bytes], stopping: threading.Event) -> bool:
    end = time.monotonic() + _ANSWERS_WITHIN
    while time.monotonic() < end and supervisor.poll() is None and not stopping.is_set():
        try:
            with urllib.request.urlopen(f"{address}healthz", timeout=2):  # noqa: S310 (our own address)
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _welcome(address: str, signins: list[tuple[str, str, str]], models: bool, folder: Path) -> None:
    if models:
        from scoring.wake import welcome_gpu_worker  # deferred: needs django.setup

        welcome_gpu_worker()
    print(f"\n  Evalsite is at {address}\n")
    if signins:
        print("  Sign in (shown only now; make signin ROLE=annotator makes a new one):\n")
        for role, name, password in signins:
            print(f"    {role:<10}  {name:<20}  {password}")
        print()
    else:
        print("  A new sign-in: make signin ROLE=annotator (or scientist, admin)\n")
    if not models:
        print("  Without the model extra nothing scores here: the runs page says so. Plain `make run` installs it.\n")
    print("  The sample corpus is synthetic. Logs:", folder)
    print("  Ctrl-C stops everything; the data stays.\n", flush=True)


def _say(words: str) -> None:
    print(f"evalsite: {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
