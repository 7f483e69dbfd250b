"""All coefficients that fit a dimension, for everything and for each slice."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Literal

from annotate.agreement.alpha import krippendorff_alpha
from annotate.agreement.icc import icc
from annotate.agreement.kappa import fleiss_kappa, gwet_ac, percent_agreement
from annotate.agreement.table import RatingTable, Row, Value
from annotate.estimates import Estimate

# As a Dimension has it: "number" is an ordered scale.
Kind = Literal["number", "label", "labels"]


def agreement_report(table: RatingTable, kind: Kind, *, resamples: int = 1000) -> dict[str, Estimate]:
    """Name of the coefficient -> estimate, the one to quote first on top.

    number: alpha ordinal and interval, AC2, weighted Fleiss, ICC. label: alpha nominal, AC1, Fleiss. labels (sets):
    alpha with MASI distance and nominal.
    """
    if kind == "labels":
        return {
            "alpha, MASI": krippendorff_alpha(table, "masi", resamples=resamples),
            "alpha, nominal": krippendorff_alpha(table, "nominal", resamples=resamples),
            "percent agreement": percent_agreement(table, resamples=resamples),
        }
    if kind == "label":
        return {
            "alpha, nominal": krippendorff_alpha(table, "nominal", resamples=resamples),
            "Gwet AC1": gwet_ac(table, resamples=resamples),
            "Fleiss kappa": fleiss_kappa(table, resamples=resamples),
            "percent agreement": percent_agreement(table, resamples=resamples),
        }
    return {
        "alpha, ordinal": krippendorff_alpha(table, "ordinal", resamples=resamples),
        "alpha, interval": krippendorff_alpha(table, "interval", resamples=resamples),
        "Gwet AC2, quadratic": gwet_ac(table, weights="quadratic", resamples=resamples),
        "Fleiss kappa, quadratic": fleiss_kappa(table, weights="quadratic", resamples=resamples),
        "ICC(1,1)": icc(table, "1", resamples=resamples),
        "ICC(1,k)": icc(table, "1k", resamples=resamples),
        "ICC(2,1)": icc(table, "2", resamples=resamples),
        "percent agreement": percent_agreement(table, resamples=resamples),
    }


def agreement_by_slice(
    rows: Iterable[Row],
    slice_of: Mapping[Hashable, str],
    kind: Kind,
    *,
    categories: Sequence[Value] | None = None,
    resamples: int = 1000,
) -> dict[str, dict[str, Estimate]]:
    """The report of each slice, "all" first; `slice_of` maps a conversation to its slice, and may leave some out."""
    kept = list(rows)
    parts: dict[str, list[Row]] = {"all": kept}
    for row in kept:
        if row[0] in slice_of:
            parts.setdefault(slice_of[row[0]], []).append(row)
    return {
        name: agreement_report(RatingTable.of(part, categories=categories), kind, resamples=resamples)
        for name, part in sorted(parts.items(), key=lambda each: (each[0] != "all", each[0]))
    }
