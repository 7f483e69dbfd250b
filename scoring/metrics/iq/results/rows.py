"""The rows of the page, in order, and what each is. A row without files was not run, and the page says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """key: of the files in docs/results/iq, and of the recipe. percent: of the conversations whose votes were used."""

    key: str
    words: str
    percent: float = 100.0


TABLE = (
    Row("majority", "majority (the mean rating)"),
    Row("length", "length of the turn, negative"),
    Row("tfidf", "TF-IDF of turn and turn before + ridge / logistic"),
    Row("single-turn", "single-turn encoder: the baseline"),
    Row("multi-turn", "+ multi-turn"),
    Row("masking", "+ pre-training 1 (masking)"),
    Row("damage", "+ pre-training 2 (damage)"),
    Row("pretrained", "+ both pre-trainings and multi-task, lower 3 layers frozen (first attempt)"),
    Row("minilm", "multi-turn and multi-task, all layers, no pre-training (second attempt)"),
    Row("running", "multi-turn and multi-task, running positions, mean state of the turn (third attempt)"),
)
SHIPPED = next(row for row in TABLE if row.key == "minilm")
ALL = TABLE[-1]  # the recipe of the rows with fewer labels or without a domain
LEFT_OUT = ("sgd", "mwoz", "redial")
EFFICIENCY = (
    Row("single-turn-5", "single-turn encoder: the baseline", 5),
    Row("multi-turn-5", "+ multi-turn", 5),
    Row("masking-5", "+ pre-training 1", 5),
    Row("damage-5", "+ pre-training 1 and 2", 5),
    Row("all-5", "multi-turn and multi-task, no pre-training", 5),
    Row("single-turn", "single-turn encoder: the baseline", 100),
    Row("running", "multi-turn and multi-task, no pre-training", 100),
)
CLEAN = Row("minilm-clean", "licence-clean data alone")
EFFICIENCY_NOT_RUN = "1, 10, 25 and 50 %"
