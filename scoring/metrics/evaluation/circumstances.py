"""What a page of results says of how it came about: which code, on which processor."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import torch


def hardware() -> str:
    """The processor and how much of it torch used."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {torch.get_num_threads()} thread(s), torch {torch.__version__}"


def commit() -> str:
    """The short commit of the working tree, empty where there is no git."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def circumstances() -> str:
    """Both, as a part of a sentence."""
    return f"code at {commit() or 'no commit'}; {hardware()}"
