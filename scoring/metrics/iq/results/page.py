"""The page, section by section."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from statistics import mean
from typing import Any

from scoring.metrics.iq.config import MODES
from scoring.metrics.iq.corpora.uss import DOMAINS
from scoring.metrics.iq.results.figures import Scored, differences, figures, human_ceiling
from scoring.metrics.iq.results.keep import KEPT
from scoring.metrics.iq.results.rows import (
    ALL,
    CLEAN,
    EFFICIENCY,
    EPOCHS,
    FIVE,
    LEFT_OUT,
    MULTI,
    SEEDED,
    SEEDS,
    SHIPPED,
    SINGLE,
    TABLE,
    Row,
    every,
)
from scoring.metrics.iq.results.tables import cell, facts_of, figures_of, judged_of, table, was_run

_MEASURES = ("spearman", "pearson", "auc", "average_precision", "f1", "calibration_error")
_HEAD = ("Spearman", "Pearson", "ROC-AUC", "average precision", "F1", "calibration error")


def left_out() -> str:
    """Leave one domain out: trained on two domains, measured on the third."""
    rows = []
    for domain, row in LEFT_OUT.items():
        if not was_run(row.key):
            rows.append([row.words, "not run", *["–"] * 5])
            continue
        away, home = figures_of(row.key, "uss", domain)[domain], figures_of(MULTI.key, "uss")[domain]
        rows.append(
            [
                row.words,
                f"{facts_of(row.key)['facts']['conversations']} conversations, {_epochs(row.key)}",
                cell(away["spearman"]),
                cell(away["auc"]),
                cell(away["average_precision"]),
                cell(away["coverage"]),
                f"{cell(home['spearman'])} / {cell(home['auc'])}",
            ]
        )
    head = ("left out", "trained on", "Spearman", "ROC-AUC", "average precision", "coverage of 80 %", "domain seen")
    return table(head, rows)


def main_table(measured: str) -> str:
    """All rows on one domain of USS dev, or macro."""
    rows = []
    for row in TABLE:
        if not was_run(row.key):
            rows.append([row.words, "not run", *["–"] * (len(_MEASURES) - 1)])
            continue
        found = figures_of(row.key, "uss")[measured]
        rows.append([row.words + ": shipped" * (row == SHIPPED), *(cell(found.get(name)) for name in _MEASURES)])
    if was_run(f"{SHIPPED.key}.retrospective"):
        found = figures_of(f"{SHIPPED.key}.retrospective", "uss")[measured]
        rows.append(["shipped, retrospective", *(cell(found.get(name)) for name in _MEASURES)])
    if was_run(CLEAN.key):
        found = figures_of(CLEAN.key, "uss")[measured]
        rows.append([CLEAN.words, *(cell(found.get(name)) for name in _MEASURES)])
    return table(("row", *_HEAD), rows)


def against_aim() -> str:
    """Whether the aim and the plain first attempt are reached."""
    found = figures_of(SHIPPED.key, "uss")["macro"]
    spearman, auc = found["spearman"].value, found["auc"].value
    aim = "reaches" if spearman >= 0.62 and auc >= 0.86 else "misses"
    floor = "reaches" if spearman >= 0.543 and auc >= 0.807 else "does not reach"
    return (
        f"The shipped checkpoint {aim} the aim and {floor} the first attempt's level (macro .54 and .81, other "
        f"conversations): {spearman:.3f} and {auc:.3f}."
    )


def ceiling() -> str:
    """One rater against the others."""
    found = human_ceiling(judged_of("length", "uss"))
    names = {**DOMAINS, "macro": "macro"}
    rows = [[names[domain], f"{held['spearman']:.2f}", f"{held['auc']:.2f}"] for domain, held in found.items()]
    return table(("USS dev", "Spearman", "ROC-AUC"), rows)


def efficiency() -> str:
    """The baseline and the whole method with fewer and fewer labels."""
    return _with_labels(EFFICIENCY)


def five() -> str:
    """What pre-training gives with 5 % of the labels."""
    return _with_labels(FIVE)


def _with_labels(rows: Iterable[Row]) -> str:
    made = []
    for row in rows:
        if not was_run(row.key):
            made.append([f"{row.percent:g} %", row.words, "not run", "–", "–", "–"])
            continue
        found, facts = figures_of(row.key, "uss")["macro"], facts_of(row.key)["facts"]
        made.append(
            [
                f"{row.percent:g} %",
                row.words,
                f"{facts['conversations']} / {facts['settings']['schedule']['epochs']}",
                cell(found["spearman"]),
                cell(found["auc"]),
                cell(found["f1"]),
            ]
        )
    return table(("labels", "row", "conversations / epochs", "Spearman", "ROC-AUC", "F1"), made)


def seeds() -> str:
    """Each headline row's macro figures from every seed that was run."""
    rows = []
    for row in SEEDED:
        held = _seeds_run(row)
        if held:
            numbers = [[_value(key, name) for key in held] for name in ("spearman", "auc", "f1")]
            cells = [f"{mean(one):.3f} ({' '.join(f'{value:.3f}' for value in one)})" for one in numbers]
            rows.append([f"{row.percent:g} %", row.words, str(len(held)), *cells])
    head = ("labels", "row", "seeds", "Spearman: mean (each)", "ROC-AUC: mean (each)", "F1: mean (each)")
    return table(head, rows)


def _seeds_run(row: Row) -> list[str]:
    return [key for key in (row.key, *(row.seeded(seed).key for seed in SEEDS)) if was_run(key)]


def _value(key: str, name: str) -> float:
    return figures_of(key, "uss")["macro"][name].value


def claims() -> str:
    """Whether the two claims of the paper hold here, from the figures above: means over the seeds that were run."""
    few = ALL.of_labels(5, EPOCHS[5])
    held = {row.key: _seeds_run(row) for row in (SINGLE, ALL, few)}
    if not all(held.values()):
        return "The rows that the claims are about were not all run."
    base, best, five = (
        {name: mean(_value(key, name) for key in keys) for name in ("f1", "spearman")} for keys in held.values()
    )
    gain = 100 * (best["f1"] - base["f1"])
    ahead, behind = (differences(_scored(held[key]), _scored(held[SINGLE.key])) for key in (ALL.key, few.key))
    runs = ", ".join(str(len(keys)) for keys in held.values())
    return (
        f"1. *As good with 5 % of the labels as the baseline with all.* "
        f"{'Holds' if five['f1'] >= base['f1'] else 'Does not hold'} here: F1 of defects {five['f1']:.3f} with 5 %, "
        f"{base['f1']:.3f} for the baseline with all, difference {cell(behind['f1'], 3)}; Spearman "
        f"{five['spearman']:.3f} against {base['spearman']:.3f}, {cell(behind['spearman'], 3)}.\n"
        f"2. *5.4 points of F1 more than the baseline with all labels.* {'Holds' if gain >= 5.4 else 'Does not hold'} "
        f"here: {gain:+.1f} points ({best['f1']:.3f} against {base['f1']:.3f}), {cell(ahead['f1'], 3)}; Spearman "
        f"{best['spearman']:.3f} against {base['spearman']:.3f}, {cell(ahead['spearman'], 3)}.\n\n"
        f"Means over seeds ({runs} for the baseline, all, and all with 5 %); differences on the same draws of "
        f"dialogues, 95 % interval. The baseline and all were trained for {_epochs(SINGLE.key)}."
    )


def _scored(keys: Iterable[str]) -> list[Scored]:
    return [(judged_of(key, "uss"), facts_of(key)["modes"]["online"]["defect_threshold"]) for key in keys]


def pretraining_tokens() -> str:
    """How much text the stages of the row "all" read: `1.28 M and 1.10 M`."""
    stages = facts_of(ALL.key)["facts"]["pretraining"] if was_run(ALL.key) else []
    return " and ".join(f"{sum(one['tokens'] for one in stage['log']) / 1e6:.2f} M" for stage in stages) or "no"


def _epochs(key: str) -> str:
    epochs = facts_of(key)["facts"]["settings"]["schedule"]["epochs"]
    return f"{epochs} epoch{'' if epochs == 1 else 's'}"


def tuning() -> str:
    """What the runs gave on the tune part after each epoch, those that were stopped included."""
    file = KEPT / "tune-logs.json"
    if not file.exists():
        return "Not kept."
    logs = json.loads(file.read_text(encoding="utf-8"))
    for row in TABLE:
        if was_run(row.key) and row.key != "pretrained":  # the first attempt's log is in the file, whole
            logs[row.words] = facts_of(row.key)["facts"].get("log", [])
    rows = [
        [run, str(entry["epoch"]), *(number for mode in MODES for number in _macro(entry.get(mode)))]
        for run, log in logs.items()
        for entry in log
        if any(mode in entry for mode in MODES)
    ]
    return table(("run", "epoch", *(f"{name}, {mode}" for mode in MODES for name in ("Spearman", "ROC-AUC"))), rows)


def _macro(measured: dict[str, Any] | None) -> list[str]:
    return [f"{number:.3f}" for number in measured["macro"]] if measured else ["–", "–"]


def coverage() -> str:
    """How many mean ratings the 80 % interval holds."""
    rows = []
    for words, key, name, domain in _covered():
        if was_run(key, name):
            found = figures_of(key, name, domain if name == "uss" and domain != "macro" else None)
            held = found[domain if domain in found else "macro"]
            rows.append([words, cell(held["coverage"]), cell(held["width"])])
    return table(("measured on", "coverage", "mean width, points"), rows)


def _covered() -> list[tuple[str, str, str, str]]:
    seen = [(f"USS {words} dev, domain seen", SHIPPED.key, "uss", domain) for domain, words in DOMAINS.items()]
    away = [
        (f"USS {words} dev, domain left out", f"without-{domain}", "uss", domain) for domain, words in DOMAINS.items()
    ]
    return [*seen, ("USS dev, macro", SHIPPED.key, "uss", "macro"), *away]


def elsewhere() -> str:
    """Other kinds of conversation, other scales: ranking alone is compared."""
    rows = []
    for name, words in (("topical-chat", "Topical-Chat test_freq, partner ratings"), ("fed", "FED turns, Overall")):
        for key, label in ((row.key, row.words) for row in (*TABLE, CLEAN)):
            if was_run(key, name):
                judged = judged_of(key, name)
                found = _pooled(key, name)
                dialogues = len({one.dialogue for one in judged})
                rows.append(
                    [words, label, f"{len(judged)} / {dialogues}", cell(found["spearman"]), cell(found["pearson"])]
                )
    return table(("set", "row", "turns / dialogues", "Spearman", "Pearson"), rows) if rows else "Not run."


def _pooled(key: str, name: str) -> Any:
    return figures([replace(one, domain="all") for one in judged_of(key, name)])["all"]


def speed() -> str:
    """Turns per second, and whether one pass equals windows."""
    file = KEPT / "speed.json"
    if not file.exists():
        return "Not run."
    held = json.loads(file.read_text(encoding="utf-8"))
    speeds, fastest = held["turns_per_second"], held["turns_per_second"]["one pass"]
    rows = [[name, f"{value:.1f}", f"{fastest / value:.1f}×"] for name, value in speeds.items()]
    apart = ", ".join(f"{name} {value:.1e}" for name, value in held["largest_difference"].items())
    return (
        f"{held['dialogues']} conversations of USS dev that fit into one window, {held['turns']} turns, "
        f"{held['tokens']} tokens; {held['dtype']}, {held['device']}: "
        f"{held['hardware']}. Same weights and context, one process, batches of one token budget.\n\n"
        f"{table(('way', 'turns per second', 'one pass is faster by'), rows)}\n\n"
        f"Largest difference of a logit between one pass and a window of the full prefix: {apart} (allowed: 1e-4). "
        f"Commit {held['commit']}. No GPU was at hand: GPU speed and share of its peak were not measured."
    )


def runs() -> str:
    """What each trained row took."""
    rows = []
    for key in (row.key for row in every()):
        if not was_run(key) or "log" not in facts_of(key)["facts"]:
            continue
        held = facts_of(key)
        facts = held["facts"]
        log = facts["log"]
        settings = facts["settings"]
        stages = ", ".join(one["settings"]["name"] for one in facts.get("pretraining", [])) or "–"
        rows.append(
            [
                key,
                f"{facts['conversations']} / {facts['turns']}",
                stages,
                f"{settings['schedule']['epochs']} / {settings['seed']}",
                f"{sum(one['tokens'] for one in log) / 1e6:.2f} M / {sum(one['seconds'] for one in log) / 60:.0f} min",
                f"`{held['modes']['online']['signature']}`",
                held["commit"],
            ]
        )
    head = (
        "row",
        "conversations / rated turns",
        "pre-training",
        "epochs / seed",
        "tokens / time",
        "signature",
        "commit",
    )
    return table(head, rows)
