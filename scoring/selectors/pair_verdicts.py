"""Scientists' verdicts on question-answer pairs: counted by metric, checkpoint and slice, and the newest of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from annotate.models import Corpus
from scoring.analyses.tables import Table, table
from scoring.models import PairVerdict

SLICES = ("split", "topic", "config")


@dataclass(slots=True)
class _Counted:
    """judged: (prediction, pair) -> verdicts of it, one a person."""

    judged: dict[tuple[int, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    verdicts: Counter[str] = field(default_factory=Counter)

    def add(self, pair: tuple[int, int], verdict: str) -> None:
        self.judged[pair].add(verdict)
        self.verdicts[verdict] += 1

    def cells(self) -> list[Any]:
        """Pairs, verdicts, one count for each kind, pairs on which people differ."""
        kinds = [self.verdicts[kind] for kind in PairVerdict.Verdict.values]
        return [len(self.judged), sum(kinds), *kinds, sum(len(given) > 1 for given in self.judged.values())]


def verdict_tables(corpus: Corpus) -> list[Table]:
    """One table of everything, then one for each way of slicing that the corpus has; [] without a verdict. One query.

    Two people on one pair are two verdicts on one pair.
    """
    whole: dict[tuple[str, str], _Counted] = defaultdict(_Counted)
    sliced: dict[str, dict[tuple[str, str, str], _Counted]] = {name: defaultdict(_Counted) for name in SLICES}
    rows = PairVerdict.objects.filter(prediction__conversation__corpus=corpus).values_list(
        "prediction", "pair", "verdict", "prediction__checkpoint__metric", "prediction__checkpoint__name",
        "prediction__checkpoint__digest", *(f"prediction__conversation__{name}" for name in SLICES),
    )  # fmt: skip
    for prediction, pair, verdict, metric, name, digest, *values in rows.iterator(5000):
        which = (metric, f"{name} {digest[:8]}")
        whole[which].add((prediction, pair), verdict)
        for by, value in zip(SLICES, values, strict=True):
            if value:
                sliced[by][*which, value].add((prediction, pair), verdict)
    if not whole:
        return []
    kinds = [_("pairs"), _("verdicts"), *(str(label) for label in PairVerdict.Verdict.labels), _("people differ")]
    words = _(
        "Pairs that somebody judged, and how. People choose which pairs they open, often the worst: "
        "these are counts of what was opened, no rates of the metric."
    )
    head = [_("metric"), _("checkpoint")]
    tables = [table("all", _("Verdicts on pairs"), words, [*head, *kinds], _lines(whole))]
    for by, held in sliced.items():
        if held:
            tables.append(table(by, _("By %s") % by, "", [*head, by, *kinds], _lines(held)))
    return tables


def newest_verdicts(corpus: Corpus, *, verdict: str = "") -> QuerySet[PairVerdict]:
    """Verdicts of a corpus, newest first, with turn, conversation and checkpoint; slice it. A blank or unknown
    `verdict` is all of them. One query."""
    found = PairVerdict.objects.filter(prediction__conversation__corpus=corpus)
    if verdict in PairVerdict.Verdict.values:
        found = found.filter(verdict=verdict)
    return found.select_related(
        "prediction__turn", "prediction__conversation", "prediction__checkpoint", "made_by"
    ).order_by("-made_at", "-pk")


def _lines(counted: Mapping[Any, _Counted]) -> list[list[Any]]:
    return [[*key, *held.cells()] for key, held in sorted(counted.items())]
