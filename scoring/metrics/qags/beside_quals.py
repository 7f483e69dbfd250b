"""QAGS and QUALS on the same items, in the same run, in batches of the same size: what they cost, and who is right.

python -m scoring.metrics.qags.beside_quals [--items 48] [--minutes 60] [--dtype fp32] [--page docs/results/qags.md]

Both score each batch, one straight after the other, and take turns in going first. A batch that was measured is a line
of var/qags/beside.<digest of both signatures>.jsonl: a second run goes on where the first stopped.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scoring.metrics.api import Metric
from scoring.metrics.backbones.load import DTYPES
from scoring.metrics.checkpoints import default_checkpoint
from scoring.metrics.evaluation.circumstances import circumstances
from scoring.metrics.evaluation.closer import LEAST, closer
from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.evaluation.kept_lines import KeptLines
from scoring.metrics.evaluation.remembered import Scorer, file_of
from scoring.metrics.evaluation.watch import Watch
from scoring.metrics.overlap import Overlap
from scoring.metrics.qags import equal_size
from scoring.metrics.qags.costs import REST, cost_rows, stage_rows, writing_lines
from scoring.metrics.qags.metric import Qags
from scoring.metrics.qags.published_cost import Lengths, Published, measured, section
from scoring.metrics.quals.metric import Quals
from scoring.metrics.quals.results import AT_ONCE, SETS, sample, table
from scoring.metrics.rouge import Rouge

VAR = Path(__file__).resolve().parents[3] / "var" / "qags"
Sets = Mapping[str, Sequence[GroundedItem]]
_OF_A_PAIR = ("question", "answer", "difference", "source_answer", "f1")


def watched(quals: Any, qags: Any) -> dict[str, Watch]:
    """A watch on each metric, over its stages and its models."""
    both = {"QUALS": Watch(), "QAGS": Watch()}
    both["QUALS"].stage(quals, "_pairs", "write pairs")
    both["QUALS"].stage(quals.language, "log_probs", "pairs given the source")
    both["QUALS"].tokens(quals.language.model.model)
    both["QAGS"].stage(qags.finder, "candidates", "find answers")
    both["QAGS"].stage(qags, "_written", "write questions")
    both["QAGS"].stage(qags.reader, "answer", "answer from the text", "answer from the source")
    both["QAGS"].tokens(qags.language.model.model)
    both["QAGS"].tokens(qags.reader.model.encoder)
    return both


def measure(
    metrics: Mapping[str, Metric],
    watches: Mapping[str, Watch],
    sets: Sets,
    file: Path,
    *,
    at_once: int,
    minutes: float,
) -> list[dict[str, Any]]:
    """The lines of all batches measured so far, set after set in turns; stops when the time is over.

    A line: ids; by metric: cpu and wall (seconds of the batch), stages, read, written, and scores by id.
    """
    kept = KeptLines(file)
    done = {item for line in kept.lines for item in line["ids"]}
    queue = [
        [item for item in items[first : first + at_once] if item.id not in done]
        for first in range(0, max(map(len, sets.values()), default=0), at_once)
        for items in sets.values()
    ]
    begun = time.monotonic()
    for items in filter(None, queue):
        if time.monotonic() - begun > 60 * minutes:
            break
        order = list(metrics) if len(kept.lines) % 2 == 0 else list(metrics)[::-1]
        line: dict[str, Any] = {"ids": [item.id for item in items]}
        for name in order:
            line[name] = _scored(metrics[name], watches.get(name), items)
        kept.add(line)
        print(f"{len(kept.lines)} batches beside each other, {time.monotonic() - begun:.0f} s", flush=True)
    wanted = {item.id for items in sets.values() for item in items}
    return [line for line in kept.lines if wanted.issuperset(line["ids"])]


def _scored(metric: Metric, watch: Watch | None, items: Sequence[GroundedItem]) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    scores = metric.score([item.example for item in items])
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    held: dict[str, Any] = {"cpu": round(cpu, 4), "wall": round(wall, 4)}
    if watch:
        spent = watch.taken()
        held["stages"] = {**{name: round(value, 4) for name, value in spent.cpu.items()}}
        held["stages"][REST] = round(cpu - sum(spent.cpu.values()), 4)
        held |= {"read": dict(spent.read), "written": dict(spent.written)}
    held["scores"] = {
        item.id: {
            "value": score.value,
            "reason": score.reason,
            **{key: held for key, held in score.evidence.items() if isinstance(held, int | float)},
            "pairs": [
                {key: pair[key] for key in _OF_A_PAIR if key in pair} for pair in score.evidence.get("pairs", [])
            ],
        }
        for item, (score,) in zip(items, scores, strict=True)
    }
    return held


def scored_rows(lines: Sequence[Mapping[str, Any]], sets: Sets) -> list[str]:
    """Rows of Markdown: how many items of each set QAGS could score, and why not the others."""
    held = values(lines, "QAGS")
    rows = ["| set | items | QAGS scored | questions an item | not scorable, and why |", "|---|---|---|---|---|"]
    for name, items in sets.items():
        some = [held[item.id] for item in items if item.id in held]
        reasons: dict[str, int] = {}
        for each in some:
            if each["reason"]:
                reasons[each["reason"]] = reasons.get(each["reason"], 0) + 1
        scored = [each for each in some if each["value"] is not None]
        asked = sum(len(each["pairs"]) for each in scored) / max(len(scored), 1)
        told = "; ".join(f"{count}: {reason}" for reason, count in sorted(reasons.items())) or "–"
        rows.append(f"| {name} | {len(some)} | {len(scored)} | {asked:.1f} | {told} |")
    return rows


def values(lines: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    """id -> score line of one metric."""
    return {item: held for line in lines for item, held in line[name]["scores"].items()}


def verdict_rows(lines: Sequence[Mapping[str, Any]], sets: Sets) -> list[str]:
    """Rows of Markdown: Pearson of QUALS minus that of QAGS on the items that both scored, and which one is better."""
    first, second = ({item: held["value"] for item, held in values(lines, name).items()} for name in ("QUALS", "QAGS"))
    rows = ["| set | items | Pearson, QUALS minus QAGS | closer to people |", "|---|---|---|---|"]
    for name, items in sets.items():
        found = closer(items, first, second)
        said = f"{found.apart} | {found.verdict('QUALS', 'QAGS')}" if found.apart else "– | too few items"
        rows.append(f"| {name} | {found.items} | {said} |")
    return rows


def lengths_of(lines: Sequence[Mapping[str, Any]], tokenizer: Any) -> Lengths:
    """Tokens that both write on average, their marks included. Raises ValueError where one wrote nothing."""

    def mean(name: str, *parts: str) -> float:
        counts = [
            sum(len(tokenizer.tokenize(pair[part])) + 1 for part in parts)
            for line in lines
            for held in line[name]["scores"].values()
            for pair in held["pairs"]
        ]
        if not counts:
            raise ValueError(f"{name} wrote nothing on these items")
        return sum(counts) / len(counts)

    return Lengths(
        round(mean("QAGS", "question")), round(mean("QAGS", "answer")), round(mean("QUALS", "question", "answer"))
    )


def page(
    metrics: Mapping[str, Metric],
    lines: Sequence[Mapping[str, Any]],
    sets: Sets,
    command: str,
    more: Sequence[str] = (),
) -> str:
    """The page: who is closer to people, what both cost and where the time goes; then `more` lines."""
    measured = {item for line in lines for item in line["ids"]}
    some = {name: [item for item in items if item.id in measured] for name, items in sets.items()}
    others: dict[str, Scorer] = {"overlap": Overlap(), "ROUGE-2": Rouge.load()}
    quals = values(lines, "QUALS")
    planned = sum(map(len, sets.values()))
    return "\n".join(
        [
            "# QAGS and QUALS on the same items",
            "",
            "QAGS asks questions of the text and of its source and compares the answers. Its writer and reader",
            "(`scoring/checkpoints/qags-smollm2-minilm/card.md`) and the writer of QUALS are small and were trained",
            "for less than two hours: figures are of these checkpoints, not of the methods. Nothing was tuned on",
            "these sets. Written by",
            f"`{command}`; {circumstances()};",
            f"from {len(measured)} of {planned} planned items, the first of each set in the order of",
            "`docs/results/quals.md`; run again, the command goes on with the others.",
            "",
            *(f"{name}: `{metric.signature}`" for name, metric in metrics.items()),
            "",
            "## What QAGS could score",
            "",
            *scored_rows(lines, some),
            "",
            "## Who is closer to people",
            "",
            "On the items that both could score; 95 % intervals from draws of whole contexts or articles.",
            f"Sets where fewer than {LEAST} items are left have no figures.",
            "",
            *table(some, quals, others, values(lines, "QAGS")),
            "",
            *verdict_rows(lines, some),
            "",
            "## What both cost",
            "",
            f"{len(measured)} items in {len(lines)} batches of {AT_ONCE}, in one process, QUALS and QAGS straight",
            "after each other, in turns first; the same language model in the same number format, one batching rule.",
            "The machine was shared with other work: CPU seconds are of the process and the figure to go by; wall",
            "seconds are longer than on an idle machine. Tokens are positions that a model computed, padding included.",
            "Both run their preset for a CPU: 10 sequences a text for QUALS; up to 10 answers with 2 beams each, and a",
            "reader of 23 million parameters, for QAGS.",
            "",
            *cost_rows(lines),
            "",
            *stage_rows(lines),
            "",
            *writing_lines(lines),
            "",
            *more,
            "",
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure what is missing, then write the page."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.qags.beside_quals", description=__doc__)
    parser.add_argument("--items", type=int, default=48, help="of each set")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--dtype", default="fp32", choices=list(DTYPES))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--equal", type=int, default=0, metavar="ITEMS", help="of each set, at equal size")
    parser.add_argument("--published", type=int, default=0, metavar="ITEMS", help="of qags, for the published cost")
    parser.add_argument("--page", type=Path, default=Path("docs/results/qags.md"))
    given = parser.parse_args(arguments)
    quals = Quals.load(checkpoint=default_checkpoint("quals"), preset="cpu", dtype=given.dtype)
    qags = Qags.load(checkpoint=default_checkpoint("qags"), preset="cpu", dtype=given.dtype)
    metrics: dict[str, Metric] = {"QUALS": quals, "QAGS": qags}
    sets = {name: sample(name, given.items) for name in given.sets}
    watches = watched(quals, qags)
    lines = measure(
        metrics,
        watches,
        sets,
        file_of(VAR, [metric.signature for metric in metrics.values()], "beside"),
        at_once=AT_ONCE,
        minutes=given.minutes,
    )
    if not lines:
        print("nothing was measured within the time, so no page was written", file=sys.stderr)
        return 1
    more: list[str] = []
    if given.equal:
        some = [item for name in given.sets for item in sets[name][: given.equal]]
        parameters, spent = equal_size.measured(quals, qags, some, VAR)
        more += [*equal_size.section(parameters, equal_size.layer_parameters(qags.language.model.model), spent), ""]
    if given.published:
        lengths = lengths_of(lines, qags.language.tokenizer)
        items = sample("qags", given.published)
        published = Published(qags.language.tokenizer, qags.reader.tokenizer, lengths, dtype=given.dtype)
        more += section(measured(published, items, VAR), lengths, items, given.dtype)
    command = shlex.join(["python", "-m", "scoring.metrics.qags.beside_quals", *(arguments or sys.argv[1:])])
    given.page.write_text(page(metrics, lines, sets, command, more), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
