"""Measure the outputs of a run and write the page: python -m scoring.conseq.results [FOLDER] [--qags] [--page FILE]"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path

import torch

from scoring.conseq.corpus import REFERENCE
from scoring.conseq.kept import Line, each_once
from scoring.conseq.measures import measure
from scoring.conseq.page import page
from scoring.conseq.steps import Run
from scoring.metrics import registry
from scoring.metrics.api import Metric, Unavailable

FOLDER = Path(__file__).resolve().parents[2] / "var" / "conseq" / "topical-chat"


def measured(run: Run, *, qags: bool) -> tuple[dict[str, dict[str, Line]], dict[str, str]]:
    """(system -> id -> line of `measures.measure`, metric -> signature), kept in measured.<system>.jsonl.

    QAGS has files of its own, so that it can be asked for later.
    """
    texts = {REFERENCE: {item.id: item.reference for item in run.held_out}, **run.write()}
    metrics: dict[str, Metric] = {"quals": run.quals()}
    if qags:
        metrics["qags"] = registry.load("qags", device=run.device, dtype=run.settings.dtype)
    found: dict[str, dict[str, Line]] = {}
    for system, held in texts.items():
        found[system] = {}
        for name, metric in metrics.items():
            file = run.folder / f"measured.{name}.{system}.jsonl"
            lines = each_once(file, run.held_out, measure(held, {name: metric}), at_once=12)
            for key, line in lines.items():
                found[system].setdefault(key, {}).update(line)
    return found, {name: metric.signature for name, metric in metrics.items()}


def main(arguments: list[str] | None = None) -> int:
    """0 when the page is written, 2 when there is no finished run."""
    parser = argparse.ArgumentParser(prog="python -m scoring.conseq.results", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--qags", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--page", type=Path, default=Path("docs/results/conseq.md"))
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    try:
        run = Run(given.folder, device=given.device)
        found, signatures = measured(run, qags=given.qags)
    except (FileNotFoundError, Unavailable) as error:
        print(f"{type(error).__name__}: {error}. First: python -m scoring.conseq {given.folder} …", file=sys.stderr)
        return 2
    command = shlex.join(
        ["python", "-m", "scoring.conseq.results", *(sys.argv[1:] if arguments is None else arguments)]
    )
    given.page.write_text(page(run, found, signatures, command), encoding="utf-8")
    (run.folder / "measured.signatures.json").write_text(json.dumps(signatures) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
