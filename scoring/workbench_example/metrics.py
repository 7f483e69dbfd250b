"""Metrics beside people: USR with metrics that need no weights, USS with words and a ridge regression."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.metrics import average_precision_score

from annotate.agreement.table import Floats, RatingTable, Row
from annotate.importing.records import ConversationRecord
from annotate.rater_model import fit_rater_model
from scoring.correlation.calibration import calibration_error
from scoring.correlation.classes import roc_auc
from scoring.correlation.coefficients import correlation
from scoring.correlation.compare import difference, permutation_test, williams_test
from scoring.correlation.pairs import Pairs
from scoring.correlation.partial import partial_correlation
from scoring.disagreement import beyond_the_ceiling
from scoring.metrics import registry
from scoring.metrics.api import Grounded
from scoring.workbench_example.data import USS_DOMAINS, rated, usr_records, uss_records
from scoring.workbench_example.people import markdown


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
    contexts = [record.alternative_of or record.external_id for record in records]
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


def words_of(records: list[ConversationRecord]) -> tuple[list[str], list[str], Floats, RatingTable]:
    """For each rated turn: the turn and the three before it, its session, the mean rating; and the ratings."""
    table = rated("", "interaction_quality", records).table
    mean = np.bincount(table.item, weights=table.numbers) / table.per_item
    texts, sessions = [], []
    for record in records:
        for turn in dict.fromkeys(r.turn for r in record.ratings if r.turn is not None):
            said = record.turns[max(0, turn - 3) : turn + 1]
            texts.append(" ".join(f"{'u' if at.speaker == 'user' else 's'}: {at.text}" for at in said))
            sessions.append(record.external_id)
    return texts, sessions, mean, table


def uss_tables(data: Path, *, seed: int = 7) -> tuple[str, str]:
    """Words and ridge regression, learnt on the train sessions, on the dev sessions; then what the queues bring up."""
    chance = np.random.default_rng(seed)
    rows, found = [], []
    for domain in USS_DOMAINS:
        records = uss_records(data, domain)
        train, _, target, _ = words_of([record for record in records if record.split == "train"])
        dev, sessions, human, table = words_of([record for record in records if record.split == "dev"])
        words = TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, 2))
        model = Ridge(alpha=3.0).fit(words.fit_transform(train), target)
        predicted = np.clip(model.predict(words.transform(dev)), 1, 5)
        ridge = Pairs.of(predicted, human, sessions)
        length = ridge.swapped(-np.array([float(len(text.split())) for text in dev]))
        defect = Pairs(-ridge.x, (human < 3).astype(float), ridge.cluster, ridge.n_clusters)
        test = permutation_test(ridge, length)
        rows.append([
            domain, len(dev), ridge.n_clusters, correlation(ridge), correlation(ridge.at("conversation")),
            roc_auc(defect), calibration_error(ridge), difference(ridge, length), f"{test.chance:.4f}",
            f"{williams_test(ridge, length).chance:.2g}",
        ])  # fmt: skip
        found.append([domain, *_queues(table, predicted, chance)])
    first = markdown(
        ["domain", "dev turns", "sessions", "Spearman, turns", "Spearman, sessions", "ROC-AUC (mean < 3)",
         "calibration error", "Spearman minus that of shortness", "p, permutation of sessions", "p, Williams"], rows,
    )  # fmt: skip
    second = markdown(
        ["domain", "split turns among the first 50 by raw difference", "by surprise", "in both queues",
         "turns beyond 95 % of people", "planted errors: average precision, raw", "surprise",
         "planted, among the first 50, raw", "surprise"], found,
    )  # fmt: skip
    return first, second


def _queues(table: RatingTable, predicted: Floats, chance: np.random.Generator) -> list[object]:
    fitted = fit_rater_model(table)
    items = np.arange(table.n_items)
    real = beyond_the_ceiling(fitted, items, predicted)
    squares = np.bincount(table.item, weights=table.numbers**2) / table.per_item
    mean = np.bincount(table.item, weights=table.numbers) / table.per_item
    split = squares - mean**2 >= 0.6  # as 2, 3, 4: people lie apart
    by_raw, by_surprise = np.argsort(-np.abs(real.raw), kind="stable")[:50], real.order()[:50]
    known = _planted(table, chance)
    return [
        f"{split[by_raw].sum()}",
        f"{split[by_surprise].sum()}",
        len(set(by_raw.tolist()) & set(by_surprise.tolist())),
        f"{np.mean(real.as_far < 0.05):.1%}",
        *known,
    ]


def _planted(table: RatingTable, chance: np.random.Generator) -> list[str]:
    """A model that says what one person said, taken out of the ratings, but for errors of two points whose place is
    known: on one turn in twenty. How well do the queues find them?
    """
    kept = table.per_item[table.item] >= 3
    order = np.lexsort((chance.random(len(table.item)), table.item))
    order = order[kept[order]]
    first = np.append(True, np.diff(table.item[order]) > 0)
    held, rest = order[first], order[~first]
    planted = chance.random(len(held)) < 0.05
    said = table.numbers[held]
    model = said + np.where(planted, np.where(said > 3, -2.0, np.where(said < 3, 2.0, chance.choice([-2, 2]))), 0.0)
    rows: list[Row] = [
        (int(table.cluster_of[table.item[at]]), int(table.item[at]), int(table.rater[at]), table.values[table.code[at]])
        for at in rest.tolist()
    ]
    left = RatingTable.of(rows)  # its items stand in the order of `held`: both are sorted by item
    found = beyond_the_ceiling(fit_rater_model(left), np.arange(left.n_items), model)
    shown = []
    for score in (np.abs(found.raw), found.surprise):
        shown.append(f"{average_precision_score(planted, score):.2f}")
    for queue in (np.argsort(-np.abs(found.raw), kind="stable")[:50], found.order()[:50]):
        shown.append(f"{planted[queue].sum()} of {planted.sum()}")
    return shown
