"""A draw that looks for hard conversations says nothing of the whole slice, until it is weighted back."""

from __future__ import annotations

import random
from statistics import fmean
from typing import Any

import pytest

from annotate.sampling import plan_sample
from scoring.analyses.data import Judged
from scoring.analyses.weighted import weighted_tables

DICE = random.Random(11)
TURNS = 3
# Conversation -> turns of (people's mean, metric's value). The metric is wrong, and unsure, where people are severe.
SLICE = {pk: [(DICE.gauss(3, 0.6), 0.0) for _ in range(TURNS)] for pk in range(1, 301)}
SLICE = {
    pk: [(human, 3 + 0.5 * (human - 3) + DICE.gauss(0, 0.25)) for human, _ in turns] for pk, turns in SLICE.items()
}
UNSURE = {pk: max(0.05, 4 - fmean(human for human, _ in turns)) ** 4 for pk, turns in SLICE.items()}


def drawn(seed: int) -> tuple[list[Judged], dict[int, float | None]]:
    plan = plan_sample(list(SLICE), "uncertainty", size=60, seed=seed, random_share=0.3, weights=UNSURE)
    judged, values = [], {}
    for pk in plan.chosen:
        for place, (human, metric) in enumerate(SLICE[pk]):
            item = pk * 10 + place
            values[item] = metric
            for rater, more in (("a", 0.2), ("b", -0.2)):
                judged.append(Judged(pk, item, rater, human + more, "", "", "", "", chance=min(1.0, plan.chance[pk])))
    return judged, values


def cells(judged: list[Judged], values: dict[int, float | None]) -> dict[str, tuple[Any, Any]]:
    (found,) = weighted_tables(judged, {"m": values})
    return {f"{what} {of}": (weighted["value"], plain["value"]) for what, of, _, weighted, plain in found["rows"]}


def pearson(pairs: list[tuple[float, float]]) -> float:
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    mx, my = fmean(xs), fmean(ys)
    top = sum((x - mx) * (y - my) for x, y in pairs)
    return top / (sum((x - mx) ** 2 for x in xs) * sum((y - my) ** 2 for y in ys)) ** 0.5


def test_weighted_back_estimates_are_those_of_the_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.analyses.weighted._RESAMPLES", 2)
    whole = [pair for turns in SLICE.values() for pair in turns]
    truth = {
        "mean rating people": fmean(human for human, _ in whole),
        "mean of metric minus people m": fmean(metric - human for human, metric in whole),
        "mean distance of metric and people m": fmean(abs(metric - human) for human, metric in whole),
        "Pearson m": pearson(whole),
    }
    runs = [cells(*drawn(seed)) for seed in range(200)]
    for name, true in truth.items():
        weighted, plain = (fmean(run[name][at] for run in runs) for at in (0, 1))
        spread = fmean((run[name][0] - weighted) ** 2 for run in runs) ** 0.5
        error = spread / 200**0.5
        assert abs(weighted - true) < 4 * error + 0.1 * spread, (name, true, weighted, plain)  # Hájek: a little bias
        if name.startswith(("mean of", "mean rating")):
            assert abs(plain - true) > 10 * error, (name, true, weighted, plain)


def test_where_all_chances_are_the_same_weighing_changes_nothing() -> None:
    judged, values = drawn(1)
    even = [Judged(e.conversation, e.item, e.rater, e.value, "", "", "", "", chance=0.2) for e in judged]
    for weighted, plain in cells(even, values).values():
        assert weighted == pytest.approx(plain)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    true = fmean(human for turns in SLICE.values() for human, _ in turns)
    held = 0
    for seed in range(60):
        (found,) = weighted_tables(drawn(seed)[0])
        cell = found["rows"][0][3]
        held += cell["low"] <= true <= cell["high"]
    assert held >= 52


def test_labels_have_agreement_and_no_means() -> None:
    judged = [
        Judged(pk, pk, rater, "yes" if pk % 2 or rater == "a" else "no", "", "", "", "", chance=0.9 if pk % 2 else 0.1)
        for pk in range(1, 11)
        for rater in "ab"
    ]
    (found,) = weighted_tables(judged, {"m": {}})
    ((what, _, n, weighted, plain),) = found["rows"]
    assert what.startswith("share of pairs") and n == 10
    assert plain["value"] == 0.5 and weighted["value"] == pytest.approx((5 / 0.9) / (5 / 0.9 + 5 / 0.1))


def test_without_a_draw_there_is_no_table() -> None:
    judged = [Judged(1, 1, "a", 3.0, "", "", "", "")]
    assert weighted_tables(judged) == []
