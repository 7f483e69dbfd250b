"""Tables about people alone: agreement, reliability, ceilings."""

from __future__ import annotations

from collections.abc import Iterable

import krippendorff
import numpy as np

from annotate.agreement.alpha import krippendorff_alpha
from annotate.agreement.icc import icc
from annotate.agreement.kappa import gwet_ac, percent_agreement
from annotate.agreement.table import RatingTable
from annotate.rater_model import fit_rater_model
from scoring.correlation.ceiling import human_ceiling, noise_free_bound, one_against_rest, split_half
from scoring.correlation.classes import roc_auc
from scoring.correlation.pairs import Pairs
from scoring.workbench_example.data import Rated


def markdown(header: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    lines = [list(map(str, header))]
    lines += [["---"] * len(lines[0]), *(list(map(str, row)) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def agreement(sets: list[Rated]) -> str:
    """Coefficients per set and dimension."""
    rows = []
    for each in sets:
        table = each.table
        two = len(each.points) == 2
        rows.append([
            each.name, each.dimension, f"{table.n_items:,}", f"{table.n_ratings:,}", f"{table.n_clusters:,}",
            krippendorff_alpha(table, "nominal" if two else "ordinal"),
            krippendorff_alpha(table, "interval"),
            f"{_by_the_package(table, 'nominal' if two else 'ordinal'):.2f} / {_by_the_package(table, 'interval'):.2f}",
            gwet_ac(table, weights="identity" if two else "quadratic"),
            icc(table, "1"),
            icc(table, "1k"),
            percent_agreement(table),
        ])  # fmt: skip
    return markdown(
        ["set", "dimension", "items", "ratings", "conversations", "alpha, ordinal (yes/no: nominal)",
         "alpha, interval", "both alphas, krippendorff's",
         "AC2 quadratic (yes/no: AC1)", "ICC(1,1)", "ICC(1,k)", "agreeing pairs"], rows,
    )  # fmt: skip


def _by_the_package(table: RatingTable, level: str) -> float:
    """Alpha by an implementation that is not ours, from the raw numbers."""
    values = np.full((len(table.rater_names), table.n_items), np.nan)
    values[table.rater, table.item] = table.numbers
    return float(krippendorff.alpha(reliability_data=values, level_of_measurement=level))


def ceilings(sets: list[Rated]) -> str:
    """What one person reaches, and what the best metric would be seen to reach."""
    rows = []
    for each in sets:
        table = each.table
        rest = one_against_rest(table)
        low = sorted(each.points)[len(each.points) // 2]  # the middle of the scale, 3 of 1..5
        defect = Pairs(-rest.x, (rest.y < low).astype(float), rest.cluster, rest.n_clusters)
        fitted = fit_rater_model(table)
        rows.append([
            each.name, each.dimension, human_ceiling(table, "spearman"), human_ceiling(table, "pearson"),
            f"{roc_auc(defect)} (rest < {low:g})", split_half(table, "spearman"), noise_free_bound(table),
            f"{fitted.reliability:.2f}", f"{fitted.tail:.1f}",
        ])  # fmt: skip
    return markdown(
        ["set", "dimension", "one against the rest, Spearman", "the same, Pearson", "the same, ROC-AUC",
         "split half, Spearman", "bound for a metric, Pearson", "reliability of a rating (rater model)",
         "tail nu (rater model)"], rows,
    )  # fmt: skip
