"""USS dev sessions: interaction quality, words and shortness beside people, and what the queue brings up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from annotate.agreement.table import Floats, RatingTable
from annotate.importing.records import ConversationRecord
from scoring.correlation.calibration import calibration_error
from scoring.correlation.ceiling import human_ceiling, noise_free_bound, split_half
from scoring.correlation.classes import roc_auc
from scoring.correlation.coefficients import correlation
from scoring.correlation.compare import difference, permutation_test, williams_test
from scoring.correlation.pairs import Pairs
from scoring.metrics.api import Dialogue, DialogueTurn
from scoring.workbench_example.data import USS_DOMAINS, rated, uss_records
from scoring.workbench_example.people import markdown
from scoring.workbench_example.queues import confirmed, planted, queues
from scoring.workbench_example.scored import loaded, scored

IQ, WORDS, SHORT = "interaction quality", "words and ridge", "shortness"


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


def iq_of(records: list[ConversationRecord]) -> tuple[Floats, str]:
    """The shipped checkpoint's value of every rated turn, in the order of `words_of`; and its signature."""
    metric = loaded("iq")
    dialogues = [
        Dialogue(record.external_id, tuple(DialogueTurn(turn.speaker, turn.text) for turn in record.turns))
        for record in records
    ]
    found: list[float] = []
    for record, values in zip(records, scored(metric, dialogues, at_once=16), strict=True):
        for turn in dict.fromkeys(r.turn for r in record.ratings if r.turn is not None):
            value = values[turn]
            found.append(np.nan if value is None else value)
    return np.array(found), metric.signature


def uss_tables(data: Path, *, seed: int = 7) -> tuple[str, str, str, str, str, str]:
    """Metrics, their differences, the queues, what a person left out says of them, planted errors, IQ's signature."""
    chance = np.random.default_rng(seed)
    rows: list[list[object]] = []
    paired: list[list[object]] = []
    brought: list[list[object]] = []
    heard: list[list[object]] = []
    errors: list[list[object]] = []
    signature = ""
    for domain in USS_DOMAINS:
        records = uss_records(data, domain)
        train, _, target, _ = words_of([record for record in records if record.split == "train"])
        held = [record for record in records if record.split == "dev"]
        dev, sessions, human, table = words_of(held)
        words = TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, 2))
        model = Ridge(alpha=3.0).fit(words.fit_transform(train), target)
        iq, signature = iq_of(held)
        if not np.isfinite(iq).all():
            raise ValueError(f"{domain}: a rated turn has no value")
        metrics: Mapping[str, Floats] = {
            IQ: np.clip(iq, 1, 5),
            WORDS: np.clip(model.predict(words.transform(dev)), 1, 5),
            SHORT: -np.array([float(len(text.split())) for text in dev]),
        }
        pairs = {name: Pairs.of(values, human, sessions) for name, values in metrics.items()}
        for name, each in pairs.items():
            defect = Pairs(-each.x, (human < 3).astype(float), each.cluster, each.n_clusters)
            turns = [correlation(each, one) for one in ("pearson", "spearman", "kendall")]  # type: ignore[arg-type]
            rows.append([
                domain, name, len(dev), each.n_clusters, *turns, correlation(each.at("conversation")),
                roc_auc(defect), "" if name == SHORT else calibration_error(each),
            ])  # fmt: skip
        halves = [split_half(table, one) for one in ("pearson", "spearman")]  # type: ignore[arg-type]
        rows += [
            [domain, "one person", len(dev), pairs[IQ].n_clusters, human_ceiling(table, "pearson"),
             human_ceiling(table, "spearman"), "", "", "", ""],
            [domain, "people, one half against the other", len(dev), pairs[IQ].n_clusters, *halves, "", "", "", ""],
            [domain, "bound for a metric", len(dev), pairs[IQ].n_clusters, noise_free_bound(table), "", "", "", "", ""],
        ]  # fmt: skip
        for first, second in ((IQ, WORDS), (IQ, SHORT), (WORDS, SHORT)):
            test, williams = permutation_test(pairs[first], pairs[second]), williams_test(pairs[first], pairs[second])
            paired.append([
                domain, f"{first} minus {second}", difference(pairs[first], pairs[second]),
                f"{test.chance:.4f}", f"{williams.chance:.2g}",
            ])  # fmt: skip
        for name in (IQ, WORDS):
            brought.append([domain, name, *queues(table, metrics[name])])
            heard.append([domain, name, *confirmed(table, metrics[name], chance)])
        errors.append([domain, *planted(table, chance)])
    return (
        markdown(
            ["domain", "metric", "turns", "sessions", "Pearson", "Spearman", "Kendall's tau-b", "Spearman, sessions",
             "ROC-AUC (mean < 3)", "calibration error"], rows,
        ),
        markdown(
            ["domain", "pair", "difference in Spearman", "p, permutation of sessions", "p, Williams"], paired,
        ),
        markdown(
            ["domain", "model", "split turns among the first 50 by raw difference", "by surprise", "in both queues",
             "turns beyond 95 % of people"], brought,
        ),
        markdown(
            ["domain", "model", "turns", "first 50 by raw difference: the person left out sides with people",
             "by surprise", "difference"], heard,
        ),
        markdown(
            ["domain", "average precision, raw difference", "by surprise", "difference",
             "errors among the first 50, raw difference", "by surprise", "difference"],
            errors,
        ),
        signature,
    )  # fmt: skip
