"""The page of a run: what was trained on how little, what its outputs are worth, and what was not measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from annotate.estimates import Estimate
from scoring.conseq.figures import RESAMPLES, gain, gain_at_equal, mean
from scoring.conseq.items import Item
from scoring.conseq.kept import Line, read_lines
from scoring.conseq.measures import COPIED, MEASURES
from scoring.conseq.steps import RECIPES, TAKEN, TUNED, Run
from scoring.metrics.asking.loop import FACTS
from scoring.metrics.evaluation.circumstances import circumstances

Found = Mapping[str, Mapping[str, Line]]


def page(run: Run, found: Found, signatures: Mapping[str, str], command: str) -> str:
    """found: system -> id -> measures; signatures: of the metrics with a model."""
    items, asked = run.held_out, "qags" in signatures
    keys = [key for key in MEASURES if key != "qags" or asked]
    lines = [
        "# ConSeq: a generator trained against its own least consistent samples",
        "",
        f"Small: {len(run.train)} training inputs with {run.settings.samples} samples each, {len(items)} held-out",
        f"inputs from {len({item.group for item in items})} conversations, one seed. What so small a run cannot tell",
        "apart may still differ. Settings were fixed before anything was measured; no person has judged the outputs,",
        "and QUALS, by which one system was trained, also measures it.",
        "",
        f"Written by `{command}` after `{_made(run)}`;",
        f"{circumstances()}.",
        f"Intervals: 95 %, {RESAMPLES:,} draws of whole conversations.",
        "",
        *(f"{name.upper()}: `{held}`  " for name, held in signatures.items()),
        "",
        "## What was trained",
        "",
        *_trained(run),
        "",
        "## The outputs",
        "",
        f"ROUGE is F1 against what the person said; word overlap and copied trigrams ({COPIED} words in a row) are the",
        "share of the output that the source has. `person` is what the person said. QUALS leaves out outputs that",
        "claim nothing, or about which no question could be written; their number stands in brackets.",
        "",
        *_table(["system", *(MEASURES[key] for key in keys)], _means(items, found, keys)),
        "",
        "## Against plain fine-tuning",
        "",
        "Mean difference on the same inputs. `QUALS, copying held fixed`: what is left of the difference for an output",
        "that copies as much as before, by a straight line through the differences in QUALS and in copied trigrams.",
        "",
        *_table(["system", *(MEASURES[key] for key in keys), "QUALS, copying held fixed"], _gains(items, found, keys)),
        "",
        *_in_words(items, found),
        "",
        "**Not measured**: summaries (the same command takes them, `--items`; no set that may be trained on is here),",
        f"several seeds, other shares and rates, backbones other than {run.settings.backbone}"
        + ("." if asked else ", QAGS (`--qags`)."),
        "A judgement by people: `python -m scoring.conseq.corpus` makes the outputs a corpus for a study.",
        "",
        "Held-out inputs: " + ", ".join(item.id for item in items),
        "",
    ]
    return "\n".join(lines)


def _made(run: Run) -> str:
    usual = asdict(type(run.settings)())
    other = [
        f"--{name.replace('_', '-')} {value}" for name, value in asdict(run.settings).items() if value != usual[name]
    ]
    taken = (run.folder / TAKEN).read_text(encoding="utf-8").strip()
    return " ".join(["python -m scoring.conseq", str(run.folder.name), taken, *other])


def _trained(run: Run) -> list[str]:
    rows: list[list[str]] = []
    for system in (TUNED, *RECIPES.values()):
        file = run.folder / system / FACTS
        facts: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        recipe = next((name for name, trained in RECIPES.items() if trained == system), None)
        chosen = list(read_lines(run.folder / f"chosen.{recipe}.jsonl").values()) if recipe else []
        scores = [""] * 2
        if chosen:
            scores = [
                f"{sum(line[key] for line in chosen) / len(chosen):.2f}" for key in ("reference_score", "sample_score")
            ]
        rows.append(
            [
                system,
                str(len(chosen) or len(run.train)),
                *scores,
                str(facts["steps"]),
                f"{facts['tokens']:,}",
                f"{facts['seconds']:,.0f}",
            ]
        )
    held = run.settings
    return [
        f"{held.backbone} with LoRA adapters of rank {held.rank}. QUALS chose the inputs whose worst sample is among",
        f"the worst {held.worst:.0%} and whose reference is among the best {held.best:.0%}. ROUGE (mean F1 of 1, 2 and",
        "L against the reference) chose as many, by the worst sample alone: it does not tell references apart.",
        f"Rates {held.tune_rate:g} and {held.contrast_rate:g}, {held.tune_epochs} and {held.contrast_epochs} passes,",
        f"{held.batch} inputs a step.",
        "",
        *_table(
            ["system", "inputs", "mean score of S+", "of S-", "steps", "tokens", "seconds"],
            rows,
        ),
    ]


def _means(items: Sequence[Item], found: Found, keys: Sequence[str]) -> list[list[str]]:
    return [
        [system, *(_shown(mean(items, lines, key), key, len(items)) for key in keys)] for system, lines in found.items()
    ]


def _gains(items: Sequence[Item], found: Found, keys: Sequence[str]) -> list[list[str]]:
    rows = []
    for system in RECIPES.values():
        mine, usual = found[system], found[TUNED]
        cells = [_shown(gain(items, mine, usual, key), key, len(items), sign="+") for key in keys]
        left = gain_at_equal(items, mine, usual, "quals", "copied")
        rows.append([system, *cells, _shown(left, "quals", len(items), sign="+")])
    return rows


def _in_words(items: Sequence[Item], found: Found) -> list[str]:
    lines = []
    for system in RECIPES.values():
        told = []
        for key in ("quals", "overlap", "copied", "rougeL"):
            each = gain(items, found[system], found[TUNED], key)
            if each.low is not None and each.high is not None and (each.low > 0 or each.high < 0):
                told.append(f"{MEASURES[key]} {'rose' if each.low > 0 else 'fell'}")
        lines.append(
            f"`{system}`: {', '.join(told) or 'no interval of QUALS, overlap, copying or ROUGE-L excludes 0'}.  "
        )
    return lines


def _shown(each: Estimate, key: str, count: int, *, sign: str = "") -> str:
    if each.value is None:
        return "–"
    digits = 1 if key == "words" else 2
    text = f"{each.value:{sign}.{digits}f}"
    if each.low is not None:
        text += f" [{each.low:{sign}.{digits}f}, {each.high:{sign}.{digits}f}]"
    return text + (f" ({count - each.n_items})" if each.n_items < count else "")


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(each) + " |" for each in (heading, ["---"] * len(heading), *rows)]
