"""Each rater: bias, use of the scale and noise by the rater model, and what looks like careless work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

from annotate.agreement.table import RatingTable
from annotate.rater_checks import Given, check_rater
from annotate.rater_model import fit_rater_model
from scoring.analyses.data import Judged
from scoring.analyses.tables import Table, table


def rater_tables(judged: Sequence[Judged]) -> list[Table]:
    """Raises ValueError where there is too little to tell raters apart."""
    if not judged:
        raise ValueError("nobody has rated this dimension here")
    model = fit_rater_model(RatingTable.of([(e.conversation, e.item, e.rater, e.value) for e in judged]))
    of_item: dict[int, list[tuple[str, float]]] = defaultdict(list)
    of_rater: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        of_item[each.item].append((each.rater, each.value))
        of_rater[each.rater].append(each)
    effects = {effect.name: effect for effect in model.raters}
    rows: list[list[Any]] = []
    for name, given in sorted(of_rater.items(), key=lambda pair: -len(pair[1])):
        others: dict[Hashable, list[float | str]] = {
            each.item: [value for rater, value in of_item[each.item] if rater != name] for each in given
        }
        check = check_rater([Given(each.item, float(each.value)) for each in given], others=others)
        effect = effects[name]
        rows.append([
            name, effect.n_ratings,
            {"value": effect.bias, "low": effect.bias - 1.96 * effect.bias_error,
             "high": effect.bias + 1.96 * effect.bias_error, "reason": ""},
            {"value": effect.scale, "low": effect.scale - 1.96 * effect.scale_error,
             "high": effect.scale + 1.96 * effect.scale_error, "reason": ""},
            effect.noise, check.longest_run, ", ".join(check.flags) or "–",
        ])  # fmt: skip
    words = (
        f"Bias: points above what an average rater says of the same item. Scale: 1 uses it as others do, "
        f"below 1 keeps to the middle. Noise: standard deviation of what is left, in points. Items differ"
        f" by {model.item_sd:.2f} points. Run: the same answer so many times in a row."
    )
    return [
        table(
            "raters", "Raters", words, ["rater", "ratings", "bias", "scale", "noise", "longest run", "to look at"], rows
        )
    ]
