"""Golden examples: a few inputs with the values that these weights must give again on any machine.

One line: {"input": {...as the command line reads it}, "expected": [value or null, one per score], "tolerance": 0.001}
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from scoring.metrics.api import Example, Metric
from scoring.metrics.checkpoints.errors import BadCheckpoint, GoldenMismatch, NoGolden
from scoring.metrics.checkpoints.folder import GOLDEN
from scoring.metrics.lines import BadLine, parse, unparse


def golden_lines(metric: Metric, examples: Sequence[Example], *, tolerance: float) -> list[str]:
    """The lines of golden.jsonl: what `metric` says now about `examples`."""
    scores = metric.score(examples)
    return [
        json.dumps(
            {
                "input": unparse(example),
                "expected": [None if score.value is None else round(score.value, 6) for score in given],
                "tolerance": tolerance,
            },
            ensure_ascii=False,
        )
        for example, given in zip(examples, scores, strict=True)
    ]


def check_golden(metric: Metric, folder: Path) -> int:
    """Score the golden examples of `folder` again; the number of values compared.

    Raises `GoldenMismatch` naming every value outside its tolerance, `NoGolden`, or `BadCheckpoint` for a wrong file.
    """
    examples, expected, tolerances = _read(metric, folder / GOLDEN)
    off: list[str] = []
    compared = 0
    for example, wanted, tolerance, scores in zip(examples, expected, tolerances, metric.score(examples), strict=True):
        found = [score.value for score in scores]
        if len(found) != len(wanted):
            off.append(f"{example.id}: {len(found)} scores instead of {len(wanted)}")
            continue
        for index, (want, got) in enumerate(zip(wanted, found, strict=True)):
            compared += 1
            if (want is None) != (got is None) or (
                want is not None and got is not None and abs(want - got) > tolerance
            ):
                off.append(f"{example.id}[{index}]: {got} instead of {want} (tolerance {tolerance})")
    if off:
        raise GoldenMismatch(f"{folder}: {len(off)} golden values are off: {'; '.join(off[:10])}")
    return compared


def _read(metric: Metric, file: Path) -> tuple[list[Example], list[list[float | None]], list[float]]:
    try:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except FileNotFoundError as error:
        raise NoGolden(f"{file.parent} has no {GOLDEN}.") from error
    except ValueError as error:
        raise BadCheckpoint(f"{file} cannot be read: {error}") from error
    if not lines:
        raise NoGolden(f"{file} is empty.")
    try:
        examples = [parse(line["input"], metric.reads) for line in lines]
        return examples, [list(line["expected"]) for line in lines], [float(line["tolerance"]) for line in lines]
    except (BadLine, KeyError, TypeError, ValueError) as error:
        raise BadCheckpoint(f"{file}: a line is not a golden example: {error}") from error
