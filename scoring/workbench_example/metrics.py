"""Responses of USR beside people: metrics that need no weights on all of them, QUALS on a fixed sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scoring.correlation.ceiling import noise_free_bound, split_half
from scoring.correlation.coefficients import correlation
from scoring.correlation.compare import difference, permutation_test, williams_test
from scoring.correlation.pairs import Pairs
from scoring.correlation.partial import partial_correlation
from scoring.metrics import registry
from scoring.metrics.api import Grounded
from scoring.workbench_example.data import context_of, rated, usr_records, usr_sample
from scoring.workbench_example.people import markdown
from scoring.workbench_example.scored import loaded, scored


def usr_table(data: Path) -> str:
    """Length, overlap and ROUGE on USR's overall quality, all responses and the machines' alone."""
    records = usr_records(data)
    human = rated("USR", "overall_quality", records).table
    mean = np.bincount(human.item, weights=human.numbers) / human.per_item
    texts = [record.turns[-1].text for record in records]
    facts = [record.sections[0].passages[0].text for record in records]
    inputs = [Grounded(str(at), fact, text) for at, (fact, text) in enumerate(zip(facts, texts, strict=True))]
    values: dict[str, list[float | None]] = {"length in words": [float(len(text.split())) for text in texts]}
    for name in ("overlap", "rouge"):
        scored = registry.load(name, checkpoint=None, device="cpu").score(inputs)
        values[name] = [score.value for (score,) in scored]
    written = [float(record.system in ("Original Ground Truth", "New Human Generated")) for record in records]
    values["written by a person (oracle)"] = list(written)
    contexts = [context_of(record) for record in records]
    rows = []
    for part, members in (("all", range(len(records))), ("machine only", np.flatnonzero(np.array(written) == 0))):
        for name, scores in values.items():
            kept = [int(at) for at in members if scores[at] is not None]
            pairs = Pairs.of([float(scores[at] or 0) for at in kept], mean[kept], [contexts[at] for at in kept])
            length = [len(texts[at].split()) for at in kept]
            given = "" if name.startswith("length") else partial_correlation(pairs, {"length": length})
            found = [correlation(pairs, each) for each in ("pearson", "spearman", "kendall")]  # type: ignore[arg-type]
            rows.append([part, name, len(kept), *found, given])
    return markdown(
        ["responses", "metric", "n", "Pearson", "Spearman", "Kendall's tau-b", "Spearman given length"], rows
    )


CONTEXTS = 25  # of 60: 150 responses
_OTHERS = ("overlap", "rouge", "bertscore")


def quals_tables(data: Path) -> tuple[str, str, str, str]:
    """QUALS and simpler metrics on the same 150 responses: levels, pairs of metrics, the signature, the ids.

    Left out, and counted, are responses that a metric gives no value (no fact, no claim), so that all stand on the
    same items.
    """
    records = usr_sample(usr_records(data), CONTEXTS)
    inputs = [
        Grounded(record.external_id, record.sections[0].passages[0].text, record.turns[-1].text) for record in records
    ]
    metric = loaded("quals", preset="cpu", dtype="fp32")
    values: dict[str, list[float | None]] = {
        "QUALS": [value for (value,) in scored(metric, inputs, at_once=5)],
        "length in words": [float(len(record.turns[-1].text.split())) for record in records],
    }
    for name in _OTHERS:
        values[name] = [value for (value,) in scored(loaded(name), inputs, at_once=50)]
    kept = [at for at in range(len(records)) if all(column[at] is not None for column in values.values())]
    clusters = [context_of(records[at]) for at in kept]
    systems = [records[at].system for at in kept]
    levels, paired = [], []
    for dimension in ("uses_knowledge", "overall_quality"):
        people = rated("USR", dimension, [records[at] for at in kept]).table
        mean = np.bincount(people.item, weights=people.numbers) / people.per_item
        pairs = {
            name: Pairs.of([float(column[at] or 0) for at in kept], mean, clusters) for name, column in values.items()
        }
        for name, each in pairs.items():
            turn = [correlation(each, one) for one in ("pearson", "spearman", "kendall")]  # type: ignore[arg-type]
            context = correlation(each.at("conversation"), "spearman")
            levels.append([dimension, name, len(kept), *turn, context, correlation(each.at("system", systems))])
        halves = [split_half(people, one) for one in ("pearson", "spearman")]  # type: ignore[arg-type]
        levels.append([dimension, "people, one half against the other", len(kept), *halves, "", "", ""])
        levels.append([dimension, "bound for a metric", len(kept), noise_free_bound(people), "", "", "", ""])
        for name in ("length in words", *_OTHERS):
            test = permutation_test(pairs["QUALS"], pairs[name])
            williams = williams_test(pairs["QUALS"], pairs[name])
            paired.append([
                dimension, f"QUALS minus {name}", difference(pairs["QUALS"], pairs[name]),
                "" if test.chance is None else f"{test.chance:.4f}",
                "" if williams.chance is None else f"{williams.chance:.2g}",
            ])  # fmt: skip
    first = markdown(
        ["dimension", "metric", "responses", "Pearson", "Spearman", "Kendall's tau-b", "Spearman, contexts",
         "Spearman, the six systems"], levels,
    )  # fmt: skip
    second = markdown(
        ["dimension", "pair", "difference in Spearman", "p, permutation of contexts", "p, Williams"], paired
    )
    ids = ", ".join(dict.fromkeys(context_of(record).removeprefix("usr-").removesuffix("-1") for record in records))
    return first, second, metric.signature, ids
