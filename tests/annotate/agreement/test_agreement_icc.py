"""ICC against Shrout and Fleiss (1979), table 4."""

from __future__ import annotations

import pytest

from annotate.agreement.icc import icc
from annotate.agreement.table import RatingTable
from tests.annotate.agreement.worlds import SHROUT_FLEISS, by_rater, made_up

TABLE = RatingTable.of(by_rater([list(map(float, column)) for column in zip(*SHROUT_FLEISS, strict=True)]))


@pytest.mark.parametrize(
    ("form", "published"), [("1", 0.17), ("2", 0.29), ("3", 0.71), ("1k", 0.44), ("2k", 0.62), ("3k", 0.91)]
)
def test_shrout_and_fleiss(form: str, published: float) -> None:
    found = icc(TABLE, form)  # type: ignore[arg-type]
    assert found.value == pytest.approx(published, abs=0.005)
    assert (found.n_items, found.n_ratings, found.n_raters) == (6, 24, 4)


def test_with_gaps_one_way_goes_on_and_two_way_keeps_complete_items() -> None:
    rows = by_rater([list(map(float, column)) for column in zip(*SHROUT_FLEISS, strict=True)])
    table = RatingTable.of([row for row in rows if not (row[1] == 5 and row[2] == "r3")])
    assert icc(table, "1").n_ratings == 23
    assert icc(table, "3").n_items == 5
    short = RatingTable.of([row for row in rows if (int(str(row[1])) + int(str(row[2])[1])) % 2])
    assert "ICC(1) or the rater model" in str(icc(short, "2").reason)


def test_one_way_with_gaps_finds_the_true_components() -> None:
    """Variances .49 + .49 between and 1 within, rounded to five points: near .98 / 1.98 less what rounding costs."""
    table = made_up(conversations=800, turns=5, raters=4)
    keep = [at for at in range(table.n_ratings) if table.rater[at] < 2 + table.item[at] % 3]
    rows = [
        (int(table.cluster_of[table.item[at]]), int(table.item[at]), int(table.rater[at]), table.values[table.code[at]])
        for at in keep
    ]
    found, whole = icc(RatingTable.of(rows), "1"), icc(table, "1")
    assert whole.value is not None and found.value == pytest.approx(whole.value, abs=0.02)
    assert found.low is not None and found.high is not None and found.low < whole.value < found.high


def test_words() -> None:
    same = RatingTable.of([(item, item, rater, 3.0) for item in range(4) for rater in "ab"])
    for form in ("1", "2", "3k"):
        assert "unanimous" in str(icc(same, form).reason)  # type: ignore[arg-type]
    assert icc(RatingTable.of([]), "1").reason == "nobody rated"
    assert "one item" in str(icc(RatingTable.of([(1, 1, "a", 1.0), (1, 1, "b", 2.0)]), "1").reason)
    with pytest.raises(LookupError):
        icc(same, "4")  # type: ignore[arg-type]
