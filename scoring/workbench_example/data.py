"""Public ratings as the statistics take them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from annotate.agreement.table import RatingTable, Row
from annotate.importing import usr, uss
from annotate.importing.dimensions import ALL
from annotate.importing.records import ConversationRecord
from scoring.metrics.evaluation.grounded_sets import qags_sentences

USS_DOMAINS = ("SGD", "MWOZ", "ReDial")


@dataclass(frozen=True)
class Rated:
    """One set on one dimension. `points` is its scale."""

    name: str
    dimension: str
    rows: list[Row]
    points: tuple[float, ...]

    @property
    def table(self) -> RatingTable:
        return RatingTable.of(self.rows, categories=self.points)


def uss_records(data: Path, domain: str) -> list[ConversationRecord]:
    file = data / "uss" / f"{domain}.txt"
    return uss.read([(file.name, file.read_bytes())])


def usr_records(data: Path) -> list[ConversationRecord]:
    file = data / "usr" / "usr_topical_chat.json"
    return usr.read([(file.name, file.read_bytes())])


def usr_sample(records: list[ConversationRecord], contexts: int, *, seed: int = 7) -> list[ConversationRecord]:
    """All six responses to so many contexts, in the corpus's order; which ones depends on the seed alone."""
    names = list(dict.fromkeys(context_of(record) for record in records))
    chosen = set(random.Random(seed).sample(names, contexts))  # noqa: S311  reproducible, not secret
    return [record for record in records if context_of(record) in chosen]


def context_of(record: ConversationRecord) -> str:
    """What responses to one context share."""
    return record.alternative_of or record.external_id


def rated(name: str, dimension: str, records: list[ConversationRecord]) -> Rated:
    """The turns' ratings on a dimension. Alternatives share their context, so they share its cluster."""
    rows: list[Row] = [
        (context_of(record), (record.external_id, rating.turn), rating.rater, rating.value)
        for record in records
        for rating in record.ratings
        if rating.dimension == dimension and rating.turn is not None and isinstance(rating.value, float)
    ]
    points = tuple(float(point.value) for point in ALL[dimension].scale)
    return Rated(name, dimension, rows, points)


def every_set(data: Path) -> Iterator[Rated]:
    """USS per domain, USR per quality, QAGS CNN/DM sentences."""
    for domain in USS_DOMAINS:
        yield rated(f"USS {domain}", "interaction_quality", uss_records(data, domain))
    records = usr_records(data)
    for _, (dimension, _) in usr.QUALITIES.items():
        yield rated("USR-Topical", dimension, records)
    rows: list[Row] = [
        (item.group, item.id, f"rater-{place}", vote)
        for item in qags_sentences(data)
        for place, vote in enumerate(item.votes)
    ]
    yield Rated("QAGS CNN/DM", "supported (yes/no)", rows, (0.0, 1.0))
