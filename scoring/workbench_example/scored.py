"""What metrics say of fixed items, kept line by line in var/workbench: a second run goes on where the first stopped."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from scoring.metrics import checkpoints, registry
from scoring.metrics.api import Example, Metric

_VAR = Path(__file__).resolve().parents[2] / "var" / "workbench"
Values = tuple[float | None, ...]


def loaded(name: str, **options: str) -> Metric:
    """The metric with the checkpoint that it takes when nobody names one, on the CPU. Raises Unavailable."""
    return registry.load(name, checkpoint=checkpoints.default_checkpoint(name), device="cpu", **options)


def scored(metric: Metric, examples: Sequence[Example], *, at_once: int, folder: Path = _VAR) -> list[Values]:
    """The values of each example (one a turn for a dialogue, one for a text), in their order; None without a value.

    A line is kept for each under the metric's signature and the sha256 of what it read, so that other weights or
    another text are scored again. Says on standard error how long it will take.
    """
    file = folder / f"{metric.name}.{_sha(metric.signature)[:12]}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    done: dict[str, Values] = {}
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                held = json.loads(line)
            except ValueError:  # the line that was being written when the last run was stopped
                continue
            done[held["input"]] = tuple(held["values"])
        _end_the_last_line(file)
    keys = [_sha(json.dumps(asdict(each), sort_keys=True)) for each in examples]
    missing = list({key: each for key, each in zip(keys, examples, strict=True) if key not in done}.items())
    begun = time.monotonic()
    with file.open("a", encoding="utf-8") as opened:
        for first in range(0, len(missing), at_once):
            some = missing[first : first + at_once]
            for (key, _), scores in zip(some, metric.score([each for _, each in some]), strict=True):
                done[key] = tuple(score.value for score in scores)
                opened.write(json.dumps({"input": key, "values": done[key]}) + "\n")
            opened.flush()
            count = first + len(some)
            left = (time.monotonic() - begun) / count * (len(missing) - count)
            print(f"{metric.name}: {count} of {len(missing)} scored, {left:.0f} s left", file=sys.stderr, flush=True)
    return [done[key] for key in keys]


def _end_the_last_line(file: Path) -> None:
    """A run that was stopped in the middle of a line: what is written next begins a new one."""
    if not file.read_bytes().endswith(b"\n"):
        with file.open("a", encoding="utf-8") as opened:
            opened.write("\n")


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
