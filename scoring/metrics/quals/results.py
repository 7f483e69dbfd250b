"""QUALS against people on fixed samples of public sets, beside other metrics and people on the same items.

python -m scoring.metrics.quals.results [--items 150] [--minutes 60] [--settings cpu:bf16 laptop:int8@48]

Settings are PRESET:NUMBERS[@ITEMS], a preset with changes for an ablation (cpu,candidates=30:bf16@32), on the first
ITEMS of each set; the first settings are measured against people, the others against the first.

Scores are appended to var/quals/scores.<signature digest>.jsonl, so that a second run goes on where the first stopped.
"""

from __future__ import annotations

import argparse
import random
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scoring.correlation.pairs import Pairs
from scoring.correlation.partial import partial_correlation
from scoring.metrics import checkpoints
from scoring.metrics.api import Score
from scoring.metrics.backbones.load import DTYPES
from scoring.metrics.bertscore.metric import BertScore
from scoring.metrics.evaluation.agreement_with_people import figures
from scoring.metrics.evaluation.circumstances import circumstances
from scoring.metrics.evaluation.grounded_sets import GroundedItem, data_folder, read
from scoring.metrics.evaluation.kept_lines import KeptLines
from scoring.metrics.evaluation.one_rater import ceiling_rows
from scoring.metrics.evaluation.remembered import Remembered, Scorer, file_of
from scoring.metrics.likelihood.metric import Likelihood
from scoring.metrics.overlap import Overlap
from scoring.metrics.quals.against_overlap import overlap_rows
from scoring.metrics.quals.chat import chat_items, chat_section
from scoring.metrics.quals.metric import Quals
from scoring.metrics.quals.questions import section as questions_section
from scoring.metrics.quals.sharing import sharing_rows
from scoring.metrics.quals.variants import Variant, variant_rows
from scoring.metrics.rouge import Rouge

SETS = ("alexa", "begin-tc", "begin-cmu", "begin-wow", "qags", "summeval")
AT_ONCE = 8
SEED = 7
_OVERLAP = ("overlap", "ROUGE-2")
_OF_A_PAIR = ("question", "answer", "difference", "answer_difference")
_CONDITIONS = (
    f"CPU seconds of the process (one thread where OMP_NUM_THREADS=1), in batches of {AT_ONCE}; work of others on "
    "the same machine makes them more: compare only what ran together. A setting with a change is an ablation."
)
_SHARING = (
    "The first items of each set, their pairs read once together behind their source and once each alone behind it, in "
    "the same process. Values differ by rounding alone. Writing shares the text in both."
)
VAR = Path(__file__).resolve().parents[3] / "var" / "quals"


def sample(name: str, count: int) -> list[GroundedItem]:
    """The first `count` items of the set in an order that depends on the seed only."""
    items = [item for item in read(name, data_folder()) if item.source]
    random.Random(SEED).shuffle(items)  # noqa: S311  reproducible, not secret
    return items[:count]


def score_all(metric: Quals, sets: dict[str, list[GroundedItem]], file: Path, minutes: float) -> dict[str, Any]:
    """id -> line of every item scored so far, set after set in turns; stops when the time is over."""
    kept = KeptLines(file)
    done: dict[str, Any] = {held["id"]: held for held in kept.lines}
    queue = [
        items[first : first + AT_ONCE]
        for first in range(0, max(map(len, sets.values())), AT_ONCE)
        for items in sets.values()
    ]
    queue = [missing for items in queue if (missing := [item for item in items if item.id not in done])]
    begun, cpu = time.monotonic(), time.process_time()
    for number, items in enumerate(queue, start=1):
        if time.monotonic() - begun > 60 * minutes:
            break
        scores = metric.score([item.example for item in items])
        spent = round((time.process_time() - cpu) / len(items), 3)
        lines = [_line(item, score, spent) for item, (score,) in zip(items, scores, strict=True)]
        done |= {line["id"]: line for line in lines}
        kept.add(*lines)
        cpu = time.process_time()
        eta = (time.monotonic() - begun) / number * (len(queue) - number)
        print(f"{number} of {len(queue)} batches, {eta:.0f} s left", flush=True)
    return done


def _line(item: GroundedItem, score: Score, cpu: float) -> dict[str, Any]:
    pairs = [{key: pair[key] for key in _OF_A_PAIR} for pair in score.evidence.get("pairs", [])]
    parts = {key: score.evidence.get(key) for key in ("whole", "answer_only")}
    return {"id": item.id, "value": score.value, "reason": score.reason, "cpu": cpu, **parts, "pairs": pairs}


def beside(dtype: str) -> dict[str, Scorer]:
    """The metrics that QUALS is set beside, loaded; likelihood is its own backbone without the adapters."""
    return {
        "overlap": Overlap(),
        "ROUGE-2": Rouge.load(),
        "BERTScore": Remembered(BertScore.load(), VAR),
        "likelihood": Remembered(Likelihood.load(dtype=dtype), VAR),
    }


def table(
    sets: Mapping[str, Sequence[GroundedItem]],
    done: Mapping[str, Any],
    others: Mapping[str, Scorer],
    qags: Mapping[str, Any] | None = None,
) -> list[str]:
    """Rows of Markdown: figures of every metric on the items that all of them could score. `others` has overlap.

    qags: id -> line of QAGS; then only on the items that it could score too.
    """
    rows = [
        "| set | items | metric | Pearson | Spearman | AUC | Pearson, overlap held fixed |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, items in sets.items():
        held = [item for item in items if done.get(item.id, {}).get("value") is not None]
        columns: dict[str, Sequence[float | None]] = {}
        if qags is not None:
            held = [item for item in held if qags.get(item.id, {}).get("value") is not None]
            columns["QAGS"] = [qags[item.id]["value"] for item in held]
        columns |= {
            "QUALS": [done[item.id]["whole"] for item in held],
            "QUALS, answer only": [done[item.id]["answer_only"] for item in held],
        }
        if all(done[item.id].get("pairs") for item in held):
            columns["QUALS, lower half"] = [lower_half(done[item.id]) for item in held]
        for metric, other in others.items():
            columns[metric] = [scores[0].value for scores in other.score([item.example for item in held])]
        kept = [place for place in range(len(held)) if all(column[place] is not None for column in columns.values())]
        human, groups = [held[place].human for place in kept], [held[place].group for place in kept]
        if len(kept) < 10 or len(set(human)) < 2:
            continue
        for metric, column in columns.items():
            values = [column[place] or 0.0 for place in kept]
            found = {
                each.name: f"{each.value:.2f} [{each.low:.2f}, {each.high:.2f}]"
                for each in figures(values, human, groups)
            }
            cells = " | ".join(found.get(key, "") for key in ("Pearson", "Spearman", "AUC"))
            partial = "–" if metric == "overlap" else _given_overlap(values, human, groups, columns["overlap"], kept)
            rows.append(f"| {name} | {len(kept)} | {metric} | {cells} | {partial} |")
    return rows


def lower_half(line: Mapping[str, Any]) -> float:
    """The mean over the half of the pairs that the source knows least of, at least one: what a text adds to what it
    copies is not averaged away. No part of the published score."""
    differences = sorted(pair["difference"] for pair in line["pairs"])
    half = differences[: max(1, len(differences) // 2)]
    return sum(half) / len(half)


def _given_overlap(
    values: Sequence[float],
    human: Sequence[float],
    groups: Sequence[str],
    overlap: Sequence[float | None],
    kept: Sequence[int],
) -> str:
    """What a metric says of people's judgement that word overlap does not say already."""
    pairs = Pairs.of(values, human, groups)
    return str(partial_correlation(pairs, {"overlap": [overlap[place] or 0.0 for place in kept]}, "pearson"))


def page(
    metric: Quals,
    sets: dict[str, list[GroundedItem]],
    done: dict[str, Any],
    others: Mapping[str, Scorer],
    command: str,
    more: Sequence[str] = (),
) -> str:
    """The page: figures, what it cost, `more` sections, which items."""
    scored = [done[item.id] for items in sets.values() for item in items if item.id in done]
    null = sum(held["value"] is None for held in scored)
    cpu = np.array([held["cpu"] for held in scored])
    ids = [f"* {name}: {', '.join(item.id for item in items if item.id in done)}" for name, items in sets.items()]
    return "\n".join(
        [
            "# QUALS against people",
            "",
            "It measures a small generator, trained on a CPU (`scoring/checkpoints/quals-smollm2/card.md`), on the",
            "samples listed below. Nothing was tuned on these sets. Written by",
            f"`{command}`; {circumstances()}; intervals: 95 %,",
            "from 1,000 draws of whole contexts or articles.",
            "",
            f"Signature: `{metric.signature}`",
            "",
            *table(sets, done, others),
            "",
            "Lower half: the mean over the half of the pairs that the source knows least of; no published score. It",
            "was chosen among other ways to take pairs together on other items: the last 40 of each set in the same",
            "order.",
            f"likelihood: log p(text given source) minus log p(text), `{others['likelihood'].signature}`.",
            "",
            "## Beside word overlap",
            "",
            *overlap_rows(sets, done, {name: each for name, each in others.items() if name in _OVERLAP}),
            "",
            "## What one person reaches",
            "",
            "One of the three raters against the mean of the other two. Metrics stand against the mean of all three",
            "(sentences: by majority), which is steadier: a metric may lie above these without being better than",
            "people. Only QAGS publishes single votes: of Alexa and SummEval there are means, of BEGIN one label.",
            "",
            *ceiling_rows(sets),
            "",
            f"Items scored: {len(scored)}; without a number (no pair or no claim), left out above: {null}.",
            f"Cost: {cpu.mean():.2f} CPU seconds an item, in batches of {AT_ONCE}.",
            "",
            *more,
            "",
            "**Not measured**: one-sentence news summaries (no such set is here), a GPU. QAGS on the same items, and",
            "what both cost: `docs/results/qags.md`. Another backbone: `docs/results/quals-backbones.md`.",
            "",
            "Items:",
            "",
            *ids,
            "",
        ]
    )


def file_of_scores(metric: Quals) -> Path:
    """Where the lines of `score_all` are kept."""
    return file_of(VAR, [metric.signature], "scores")


def read_settings(text: str) -> tuple[str, str, int | None]:
    """(preset, numbers, items) of PRESET:NUMBERS[@ITEMS]. Raises `argparse.ArgumentTypeError`."""
    preset, _, rest = text.rpartition(":")
    dtype, _, items = rest.partition("@")
    if not preset or not dtype or (items and not items.isdecimal()) or "@" in preset:
        raise argparse.ArgumentTypeError(f"{text!r} is not PRESET:NUMBERS[@ITEMS]")
    return preset, dtype, int(items) if items else None


def main(arguments: list[str] | None = None) -> int:
    """Score what is missing, then write the page."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.quals.results", description=__doc__)
    parser.add_argument("--items", type=int, default=150)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--settings", nargs="+", default=["cpu:bf16"], type=read_settings)
    parser.add_argument("--chat", type=int, default=24, help="chit-chat and other responses of each kind; 0: none")
    parser.add_argument("--passages", type=int, default=100, help="dev passages that the generator asks about; 0: none")
    parser.add_argument("--shared", type=int, default=8, help="items of each set, read both ways; 0: none")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--page", type=Path, default=Path("docs/results/quals.md"))
    parser.add_argument("--no-page", action="store_true", help="score only: settings in processes of their own")
    given = parser.parse_args(arguments)
    sets = {name: sample(name, given.items) for name in given.sets}
    variants: list[Variant] = []
    for preset, dtype, count in reversed(given.settings):  # the first stays loaded
        metric = Quals.load(checkpoint=checkpoints.default_checkpoint("quals"), preset=preset, dtype=dtype)
        wanted = {name: items[:count] for name, items in sets.items()}
        done = score_all(metric, wanted, file_of_scores(metric), given.minutes)
        variants.insert(0, Variant(f"{preset}:{dtype}", metric.signature, done))
    if given.no_page:
        return 0
    others = beside(dtype if dtype in DTYPES else "fp32")
    more: list[str] = []
    if variants[1:]:
        more += ["## Settings", "", _CONDITIONS, "", *variant_rows(sets, variants[0], variants[1:]), ""]
    if given.chat:
        classes = chat_items(given.chat)
        metric.claims = "all"
        more += chat_section(
            classes, score_all(metric, classes, file_of_scores(metric), given.minutes), metric.signature
        )
        metric.claims = "rule"
    if given.passages:
        more += ["", *questions_section(metric, given.passages)]
    if given.shared:
        more += ["", "## What is saved by reading a source once for its pairs", "", _SHARING, ""]
        more += sharing_rows(metric, {name: items[: given.shared] for name, items in sets.items()})
    command = shlex.join(["python", "-m", "scoring.metrics.quals.results", *(arguments or sys.argv[1:])])
    given.page.write_text(page(metric, sets, done, others, command, more), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
