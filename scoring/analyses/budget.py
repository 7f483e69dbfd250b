"""How many more ratings until the interval of alpha is that narrow: by simulation, at several widths."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from annotate.agreement.alpha import Scale, krippendorff_alpha
from annotate.agreement.budget import half_width_at, more_ratings
from annotate.agreement.report import Kind
from annotate.agreement.table import RatingTable
from scoring.analyses.data import Judged
from scoring.analyses.tables import Table, table

WIDTHS = (0.2, 0.15, 0.1, 0.08, 0.05, 0.03, 0.02)
TIMES = (1, 1.5, 2, 3, 5, 8, 13, 20)  # as many conversations as now
_SCALES: dict[str, Scale] = {"number": "ordinal", "label": "nominal", "labels": "masi"}
_RESAMPLES, _SEED = 400, 7


def budget_tables(judged: Sequence[Judged], kind: Kind) -> list[Table]:
    """What each width costs, and how the width shrinks. Raises ValueError where alpha has no interval yet."""
    if not judged:
        raise ValueError("nobody has rated this dimension here")
    ratings = RatingTable.of([(each.conversation, each.item, each.rater, each.value) for each in judged])
    scale = _SCALES[kind]
    now = krippendorff_alpha(ratings, scale, resamples=_RESAMPLES, seed=_SEED)
    if now.value is None or now.low is None or now.high is None:
        raise ValueError(now.reason or now.interval_reason or "alpha has no interval yet")
    words = (
        f"Alpha ({scale}) is {now.value:.2f} [{now.low:.2f}, {now.high:.2f}], from {ratings.n_ratings} ratings in "
        f"{ratings.n_clusters} conversations. More of the same kind, rated by as many, are simulated by resampling the "
        f"conversations at hand {_RESAMPLES} times; good to about 10 %."
    )
    head = ["half width", "more conversations", "more ratings", "half width then", "why not"]
    targets: list[list[Any]] = []
    for width in WIDTHS:
        found = more_ratings(ratings, scale, width, resamples=_RESAMPLES, seed=_SEED)
        targets.append([width, found.conversations, found.ratings, found.half_width_then, found.reason or ""])
    return [
        table("targets", "What a narrower interval costs", words, head, targets),
        table(
            "curve", "How the interval shrinks", "Half of the 95 % interval's width.",
            ["conversations", "ratings", "half width"], _curve(ratings, scale),
        ),
    ]  # fmt: skip


def _curve(ratings: RatingTable, scale: Scale) -> list[list[Any]]:
    rows = []
    for times in TIMES:
        conversations = round(ratings.n_clusters * times)
        width = half_width_at(ratings, scale, conversations, _RESAMPLES, _SEED)
        if isfinite(width):
            rows.append([conversations, round(ratings.n_ratings * times), width])
    return rows
