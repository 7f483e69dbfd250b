"""What the disagreement queue brings up first: by surprise, beside the raw difference."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import average_precision_score

from annotate.agreement.table import Floats, Ints, RatingTable, Row
from annotate.rater_model import fit_rater_model
from scoring.disagreement import beyond_the_ceiling

FIRST = 50
DRAWS = 20


def queues(table: RatingTable, predicted: Floats) -> list[object]:
    """What stands among the first 50 by raw difference and by surprise."""
    fitted = fit_rater_model(table)
    items = np.arange(table.n_items)
    real = beyond_the_ceiling(fitted, items, predicted)
    squares = np.bincount(table.item, weights=table.numbers**2) / table.per_item
    mean = np.bincount(table.item, weights=table.numbers) / table.per_item
    split = squares - mean**2 >= 0.6  # as 2, 3, 4: people lie apart
    by_raw, by_surprise = np.argsort(-np.abs(real.raw), kind="stable")[:50], real.order()[:50]
    return [
        f"{split[by_raw].sum()}",
        f"{split[by_surprise].sum()}",
        len(set(by_raw.tolist()) & set(by_surprise.tolist())),
        f"{np.mean(real.as_far < 0.05):.1%}",
    ]


def planted(table: RatingTable, chance: np.random.Generator) -> list[str]:
    """A model that says what one person said, taken out of the ratings, but for errors of two points whose place is
    known: on one turn in twenty. Average precision of the queues, and their share of errors among the first 50: each
    the mean of 20 draws of who is left out and of where the errors are, with the middle 90 % of the draws.
    """
    found: list[list[float]] = []
    for _ in range(DRAWS):
        held, left = _one_left_out(table, chance)
        wrong = chance.random(len(held)) < 0.05
        said = table.numbers[held]
        either = chance.choice([-2.0, 2.0], size=len(said))
        model = said + np.where(wrong, np.where(said > 3, -2.0, np.where(said < 3, 2.0, either)), 0.0)
        beyond = beyond_the_ceiling(fit_rater_model(left), np.arange(left.n_items), model)
        precise = [float(average_precision_score(wrong, score)) for score in (np.abs(beyond.raw), beyond.surprise)]
        first = [np.argsort(-np.abs(beyond.raw), kind="stable")[:FIRST], beyond.order()[:FIRST]]
        found.append([*precise, *(float(np.mean(wrong[queue])) for queue in first)])
    raw, surprise, first_raw, first_surprise = np.array(found).T
    columns = (raw, surprise, surprise - raw, first_raw, first_surprise, first_surprise - first_raw)
    return [_spread(values) for values in columns]


def confirmed(table: RatingTable, predicted: Floats, chance: np.random.Generator) -> list[object]:
    """Is the model wrong where a queue says so? A person is left out of every turn, the queues are made from the
    others, and that person is heard: nearer to the others' mean than to the model? Shares of the first 50, and their
    difference, each the mean of 20 draws of who is left out, with the middle 90 % of the draws.
    """
    shares = []
    for _ in range(DRAWS):
        held, left = _one_left_out(table, chance)
        item = table.item[held]
        others = np.bincount(left.item, weights=left.numbers) / left.per_item
        model, said = predicted[item], table.numbers[held]
        found = beyond_the_ceiling(fit_rater_model(left), np.arange(left.n_items), model)
        sides = np.abs(said - others) < np.abs(said - model)
        both = [np.argsort(-np.abs(found.raw), kind="stable")[:FIRST], found.order()[:FIRST]]
        shares.append([float(np.mean(sides[queue])) for queue in both])
    raw, surprise = np.array(shares).T
    return [len(held), *(_spread(values) for values in (raw, surprise, surprise - raw))]


def _spread(values: Floats) -> str:
    low, high = np.percentile(values, [5, 95])
    return f"{values.mean():.2f} ({low:.2f} to {high:.2f})"


def _one_left_out(table: RatingTable, chance: np.random.Generator) -> tuple[Ints, RatingTable]:
    """Of turns with three ratings or more: the place of one rating each, drawn; and all the others as a table, whose
    items stand in the same order."""
    kept = table.per_item[table.item] >= 3
    order = np.lexsort((chance.random(len(table.item)), table.item))
    order = order[kept[order]]
    first = np.append(True, np.diff(table.item[order]) > 0)
    rest = order[~first]
    rows: list[Row] = [
        (int(table.cluster_of[table.item[at]]), int(table.item[at]), int(table.rater[at]), table.values[table.code[at]])
        for at in rest.tolist()
    ]
    return order[first], RatingTable.of(rows)
