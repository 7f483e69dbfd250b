"""Score a file of JSON lines into another: checked whole before anything is scored, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring.metrics.api import Dialogue, Example, Metric, Reads, Score
from scoring.metrics.lines import BadLine, parse

CHUNK_LINES = 512
CHUNK_CHARACTERS = 4_000_000


class BadInput(ValueError):
    """The input cannot be scored; `problems` holds (line number, field, what is wrong), all of them."""

    def __init__(self, problems: list[tuple[int, str, str]]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"line {line}: {field}: {what}" for line, field, what in problems))


@dataclass(frozen=True, slots=True)
class _Line:
    id: str | int
    example: Example
    size: int


def check_file(source: Path, reads: Reads) -> int:
    """How many lines there are to score. Raises `BadInput` with every problem of every line."""
    problems: list[tuple[int, str, str]] = []
    first_seen: dict[str | int, int] = {}
    count = 0
    for number, raw in _raw_lines(source):
        count += 1
        try:
            line = _read(raw, reads)
        except BadLine as bad:
            problems += [(number, field, what) for field, what in bad.problems]
            continue
        if line.id in first_seen:
            problems.append((number, "id", f"{line.id!r} was given before, on line {first_seen[line.id]}"))
        first_seen.setdefault(line.id, number)
    if problems:
        raise BadInput(problems)
    return count


def score_file(
    metric: Metric,
    source: Path,
    target: Path,
    *,
    lines_at_once: int | None = None,
    advance: Callable[[int], None] = lambda lines: None,
) -> int:
    """Write one line per score of `source` to `target`; how many were written.

    The target appears only when it is complete. Memory holds one chunk (`lines_at_once`, by default 512, or 4 million
    characters), within which shared sources are read once.
    advance: called with the number of input lines done. Raises `BadInput`, OSError, or what `metric` raises.
    """
    check_file(source, metric.reads)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    signature = metric.signature
    written = 0
    try:
        with part.open("xb") as opened:
            for chunk in _chunks(source, metric.reads, lines_at_once or CHUNK_LINES):
                scores = metric.score([line.example for line in chunk])
                for line, given in zip(chunk, scores, strict=True):
                    for turn, score in enumerate(given):
                        opened.write(_encoded(output_line(line.id, line.example, turn, score, signature)))
                        written += 1
                advance(len(chunk))
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(target)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return written


def output_line(identifier: str | int, example: Example, turn: int, score: Score, signature: str) -> dict[str, Any]:
    """One line of output. `reason` stands there only with a null value, `evidence` only where the metric has more."""
    held: dict[str, Any] = {"id": identifier}
    if isinstance(example, Dialogue):
        held["turn"] = turn
    held |= {"value": score.value, "low": score.low, "high": score.high, "calibrated": score.calibrated}
    if score.reason is not None:
        held["reason"] = score.reason
    held["signature"] = signature
    evidence = dict(score.evidence)
    if not isinstance(example, Dialogue):
        held["pairs"] = evidence.pop("pairs", [])
    if "tokens" in evidence:
        held["tokens"] = evidence.pop("tokens")
    if evidence:
        held["evidence"] = evidence
    return held


def _encoded(held: dict[str, Any]) -> bytes:
    try:
        return (json.dumps(held, ensure_ascii=False, allow_nan=False) + "\n").encode()
    except UnicodeEncodeError:  # a lone surrogate in an id: escaped, since UTF-8 cannot hold it
        return (json.dumps(held, allow_nan=False) + "\n").encode()


def _raw_lines(source: Path) -> Iterator[tuple[int, bytes]]:
    """Line numbers and bytes of the lines that are not blank."""
    with source.open("rb") as opened:
        for number, raw in enumerate(opened, start=1):
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if raw.strip():
                yield number, raw


def _read(raw: bytes, reads: Reads) -> _Line:
    try:
        held = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadLine([("line", f"is not UTF-8 (byte {error.start})")]) from error
    except (ValueError, RecursionError) as error:
        raise BadLine([("line", f"is not JSON ({error})")]) from error
    return _Line(held["id"] if isinstance(held, dict) and "id" in held else "", parse(held, reads), len(raw))


def _chunks(source: Path, reads: Reads, lines: int) -> Iterator[list[_Line]]:
    chunk: list[_Line] = []
    for _, raw in _raw_lines(source):
        line = _read(raw, reads)
        if chunk and (len(chunk) == lines or sum(each.size for each in chunk) + line.size > CHUNK_CHARACTERS):
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk
