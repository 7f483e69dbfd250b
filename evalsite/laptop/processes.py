"""The processes of a laptop, as a configuration for supervisord. Started in this order, stopped all at once."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised program; it is started again when it ends. stop_seconds: how long it may take to finish."""

    name: str
    command: list[str]
    stop_seconds: int = 10


def programs(*, port: int, var: Path, models: bool) -> list[Program]:
    """web, gpu worker (unless the model extra is absent), default worker, beat."""
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "evalsite"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=INFO"]
    web = [python, "-m", "gunicorn", "evalsite.wsgi", "--worker-class=gthread", "--workers=2", "--threads=4"]
    web += [f"--bind=127.0.0.1:{port}", "--keep-alive=30", "--graceful-timeout=5", "--no-control-socket"]
    # A step behind the web server: scoring takes every core it gets, and pages should not wait for it.
    gpu = ["/usr/bin/env", "nice", "-n", "5", *celery, "worker", "-Q", "gpu", "-P", "solo", "-n", "gpu@laptop", *quiet]
    default = [*celery, "worker", "-Q", "default", "-P", "threads", "-c", "2", "-n", "default@laptop", *quiet]
    beat = [*celery, "beat", f"--schedule={var / 'beat-schedule'}", "--pidfile=", "--loglevel=WARNING"]
    found = [Program("web", web), Program("default-worker", default, 20), Program("beat", beat)]
    return [*found, Program("gpu-worker", gpu, 30)] if models else found


def configuration(found: list[Program], *, folder: Path, project: Path) -> str:
    """supervisord's ini text. Only a program that dies with its supervisor is ever started (see `child`)."""
    lines = [
        "[supervisord]",
        "nodaemon=true",
        "silent=true",
        f"logfile={_quoted(folder / 'supervisor.log')}",
        "logfile_maxbytes=5MB",
        "logfile_backups=1",
        f"pidfile={_quoted(folder / 'supervisor.pid')}",
        "minfds=256",
        "",
        # One group: all are told to stop at once. Groups, and programs without one, would be stopped one after another.
        "[group:evalsite]",
        f"programs={','.join(program.name for program in found)}",
    ]
    for place, program in enumerate(found):
        command = shlex.join([sys.executable, "-m", "evalsite.laptop.child", *program.command])
        lines += [
            "",
            f"[program:{program.name}]",
            f"command={_quoted(command)}",
            f"directory={_quoted(project)}",
            f"priority={100 + place}",
            "autorestart=true",
            "startsecs=0",
            "startretries=1000000",
            "redirect_stderr=true",
            f"stdout_logfile={_quoted(folder / f'{program.name}.log')}",
            "stdout_logfile_maxbytes=10MB",
            "stdout_logfile_backups=1",
            "stopsignal=TERM",
            f"stopwaitsecs={program.stop_seconds}",
            "stopasgroup=false",
            "killasgroup=true",
        ]
    return "\n".join(lines) + "\n"


def _quoted(value: object) -> str:
    """supervisord expands % itself."""
    return str(value).replace("%", "%%")
