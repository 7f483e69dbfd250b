"""The same short training of the generator from several backbones, and what QUALS makes of each. An ablation.

python -m scoring.metrics.quals.backbone_ablation RUN RUN… [--items 32] [--minutes 60]

RUN: a folder of `quals.train`, all with the same --passages, --joined and --seed, and another --backbone each.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scoring.metrics.asking.corpus import Passage
from scoring.metrics.checkpoints import default_checkpoint
from scoring.metrics.evaluation.agreement_with_people import figures
from scoring.metrics.evaluation.circumstances import circumstances
from scoring.metrics.evaluation.closer import closer
from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.evaluation.remembered import Scorer
from scoring.metrics.overlap import Overlap
from scoring.metrics.qags.metric import Qags
from scoring.metrics.quals.export import write
from scoring.metrics.quals.metric import Quals
from scoring.metrics.quals.questions import dev_passages, packs_of, quality
from scoring.metrics.quals.results import SETS, VAR, file_of_scores, sample, score_all
from scoring.metrics.rouge import Rouge

Column = Mapping[str, float | None]


def nats_a_character(quals: Quals, held: Sequence[Passage]) -> float:
    """Mean -log p of a character of people's pairs: tokenizers cut them into other numbers of tokens."""
    values = quals.language.log_probs({pack.prefix: pack.texts for pack in packs_of(quals, held)})
    characters = sum(len(pair.question) + len(pair.answer) for passage in held for pair in set(passage.pairs))
    return -sum(sum(row) for row in values.values()) / characters


def agreement_rows(sets: Mapping[str, Sequence[GroundedItem]], columns: Mapping[str, Column]) -> list[str]:
    """Rows of Markdown: Pearson of every column (name -> id -> value) on the items that all of them scored, and what
    the later runs have more than the first column."""
    first, *_ = columns
    rows = ["| set | items | | Pearson | minus that of the first |", "|---|---|---|---|---|"]
    for name, items in sets.items():
        held = [item for item in items if all(column.get(item.id) is not None for column in columns.values())]
        if len(held) < 10:
            continue
        for key, column in columns.items():
            values = [float(column[item.id] or 0.0) for item in held]
            (found,) = (
                each
                for each in figures(values, [item.human for item in held], [item.group for item in held])
                if each.name == "Pearson"
            )
            apart = "–" if key == first else closer(held, column, columns[first]).apart
            rows.append(
                f"| {name} | {len(held)} | {key} | {found.value:.2f} [{found.low:.2f}, {found.high:.2f}] | {apart} |"
            )
    return rows


def generator_rows(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Rows of Markdown; found: backbone -> what is known of its generator."""
    return [
        "| backbone | parameters | steps | nats a character of people's pairs | well-formed | copied answers "
        "| found again, F1 | CPU seconds an item |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {name} | {each['parameters'] / 1e6:.0f} M | {each['steps']} | {each['nats']:.3f} "
            f"| {each['well_formed']:.0%} | {each['copied']:.0%} | {each['f1']:.2f} | {each['cpu']:.2f} |"
            for name, each in found.items()
        ),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Score what is missing, then write the page."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.quals.backbone_ablation", description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--items", type=int, default=32, help="of each set")
    parser.add_argument("--passages", type=int, default=40, help="dev passages that the generators ask about")
    parser.add_argument("--minutes", type=float, default=60, help="of scoring, for each")
    parser.add_argument("--page", type=Path, default=Path("docs/results/quals-backbones.md"))
    given = parser.parse_args(arguments)
    sets = {name: sample(name, given.items) for name in SETS}
    held = dev_passages(given.passages)
    reader = Qags.load(checkpoint=default_checkpoint("qags")).reader
    found: dict[str, dict[str, Any]] = {}
    columns: dict[str, Column] = {}
    signatures: dict[str, str] = {}
    for run in given.runs:
        folder = VAR / f"{run.name}-checkpoint"
        facts = write(
            run, folder, name=f"quals-{run.name}", command="python -m scoring.metrics.quals.backbone_ablation"
        )
        metric = Quals.load(checkpoint=folder, preset="cpu", dtype="bf16")
        done = score_all(metric, sets, file_of_scores(metric), given.minutes)
        written = metric.pairs_of([passage.text for passage in held])
        columns[metric.backbone] = {item: line["value"] for item, line in done.items()}
        signatures[metric.backbone] = metric.signature
        found[metric.backbone] = {
            **quality(written, held, reader, asked=metric.asked.candidates),
            "parameters": sum(each.numel() for each in metric.language.model.parameters()),
            "steps": facts["steps"],
            "nats": nats_a_character(metric, held),
            "cpu": sum(line["cpu"] for line in done.values()) / len(done),
        }
    examples = [item.example for items in sets.values() for item in items]
    others: dict[str, Scorer] = {"overlap": Overlap(), "ROUGE-2": Rouge.load()}
    for name, other in others.items():
        columns[name] = {
            example.id: score.value for example, (score, *_) in zip(examples, other.score(examples), strict=True)
        }
    command = shlex.join(["python", "-m", "scoring.metrics.quals.backbone_ablation", *(arguments or sys.argv[1:])])
    given.page.write_text(
        "\n".join(
            [
                "# QUALS from other backbones",
                "",
                "An ablation: generators that were trained alike and shortly, on the same passages in the same order,",
                "differ in the backbone alone. None of them is shipped; the shipped one is trained far longer, and",
                "what one person reaches stands beside it in `docs/results/quals.md`. How to make them:",
                "`docs/metrics.md`. Written by",
                f"`{command}`; {circumstances()}.",
                "",
                *(f"{name}: `{signature}`  " for name, signature in signatures.items()),
                "",
                "## The generators",
                "",
                f"On {len(held)} dev passages, as in `docs/results/quals.md`; CPU seconds on the items below.",
                "",
                *generator_rows(found),
                "",
                "## Against people",
                "",
                "The first items of each set in the order of `docs/results/quals.md`; 95 % intervals from draws of",
                "whole contexts or articles.",
                "",
                *agreement_rows(sets, columns),
                "",
            ]
        ),
        encoding="utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
