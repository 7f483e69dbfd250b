"""The rows of the page, in order: what each is, and what makes it. A row without files was not run; the page says so.

A row is a recipe (scoring/metrics/iq/recipes) and what it changes there; `results.train` makes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scoring.metrics.iq.corpora.uss import DOMAINS

MASKED, DAMAGED = "var/iq/masking-stage", "var/iq/damage-stage"  # where the recipes of the two stages write
SEEDS = (1, 2)  # beside 0


@dataclass(frozen=True, slots=True)
class Row:
    """key: of the files in docs/results/iq. percent: of the conversations whose votes were used.

    recipe: None where nothing is trained, or where only the kept facts say how an earlier version trained it.
    changes: setting -> value, "schedule.epochs" for the epochs of its schedule.
    """

    key: str
    words: str
    percent: float = 100
    recipe: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)

    def seeded(self, seed: int) -> Row:
        """The same row from another seed."""
        return replace(self, key=f"{self.key}-seed{seed}", changes={**self.changes, "seed": seed})

    def longer(self, key: str, words: str, epochs: int) -> Row:
        """The same row with more passes."""
        return replace(self, key=key, words=words, changes={**self.changes, "schedule.epochs": epochs})

    def of_labels(self, percent: float, epochs: int) -> Row:
        """The same row with some of the labels; with few, rare labels of the auxiliary tasks count too."""
        fewer = {"percent": percent, "schedule.epochs": epochs, "measure_every": epochs, "min_count": 20}
        return replace(self, key=f"{self.key}-{percent:g}", percent=percent, changes={**self.changes, **fewer})


SINGLE = Row("single-turn", "single-turn encoder: the baseline", recipe="single-turn")
MULTI = Row("multi-turn", "+ multi-turn", recipe="multi-turn")
MASKING = Row("masking", "+ pre-training 1 (masking)", recipe="multi-turn", changes={"init": MASKED})
DAMAGE = Row("damage", "+ pre-training 2 (damage)", recipe="multi-turn", changes={"init": DAMAGED})
ALL = Row("all", "+ multi-task: all", recipe="running", changes={"init": DAMAGED, "schedule.epochs": 1})
TWICE = (
    SINGLE.longer("single-turn-twice", "single-turn, two epochs", 2),
    ALL.longer("all-twice", "all, two epochs (fourth attempt)", 2),
)
RUNNING = Row("running", "all without pre-training, two epochs (third attempt)", recipe="running")
SHIPPED = Row("minilm", "all without pre-training, four epochs, positions per turn (second attempt)", recipe="minilm")
TABLE = (
    Row("majority", "majority (the mean rating)"),
    Row("length", "length of the turn, negative"),
    Row("tfidf", "TF-IDF of turn and turn before + ridge / logistic"),
    SINGLE,
    MULTI,
    MASKING,
    DAMAGE,
    ALL,
    *TWICE,
    RUNNING,
    SHIPPED,
    Row("pretrained", "pre-trained and multi-task, lower 3 layers frozen, two epochs (first attempt)"),
)
EPOCHS = {1: 12, 5: 6, 10: 4, 25: 2, 50: 1}  # more passes where there is less: set before any of them was measured
EFFICIENCY = (
    *(row.of_labels(percent, epochs) for percent, epochs in EPOCHS.items() for row in (SINGLE, ALL)),
    SINGLE,
    ALL,
)
FIVE = tuple(row.of_labels(5, EPOCHS[5]) for row in (SINGLE, replace(RUNNING, words="all without pre-training"), ALL))
SEEDED = (SINGLE, ALL, FIVE[0], FIVE[2])  # the rows that the paper's two claims are about
LEFT_OUT = {
    domain: Row(
        f"without-{domain}", words, 25, "multi-turn", {"leave_out": domain, "percent": 25, "schedule.epochs": 2}
    )
    for domain, words in DOMAINS.items()
}
CLEAN = Row("minilm-clean", "licence-clean data alone", 40, recipe="minilm-clean")


def every() -> Iterator[Row]:
    """Each row once, the seeds last."""
    seeded = (row.seeded(seed) for seed in SEEDS for row in SEEDED)
    held = {row.key: row for row in (*TABLE, *EFFICIENCY, *FIVE, *LEFT_OUT.values(), CLEAN, *seeded)}
    yield from held.values()
