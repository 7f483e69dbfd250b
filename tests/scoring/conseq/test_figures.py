"""Means and differences whose values are known, and what is left of a gain where another thing is held fixed."""

import pytest

pytest.importorskip("numpy")

from scoring.conseq.figures import gain, gain_at_equal, mean
from scoring.conseq.measures import counted


def lines_of(items, quals, copied):
    return {item.id: {"quals": one, "copied": other} for item, one, other in zip(items, quals, copied, strict=True)}


def test_means_leave_out_what_has_no_value(items):
    lines = lines_of(items, [None, 1.0, *[3.0] * 8], [0.5] * 10)
    found = mean(items, lines, "quals")
    assert (found.n_items, found.n_clusters) == (9, 5)
    assert found.value == pytest.approx(25 / 9)
    assert found.low <= found.value <= found.high


def test_a_gain_that_is_all_copying_is_none_at_equal_copying(items):
    usual = lines_of(items, [0.0] * 10, [0.0] * 10)
    copied = [0.1 * place for place in range(10)]
    only_copies = lines_of(items, [2 * each for each in copied], copied)
    assert gain(items, only_copies, usual, "quals").value == pytest.approx(0.9)
    assert gain_at_equal(items, only_copies, usual, "quals", "copied").value == pytest.approx(0, abs=1e-9)
    better_too = lines_of(items, [0.3 + 2 * each for each in copied], copied)
    assert gain_at_equal(items, better_too, usual, "quals", "copied").value == pytest.approx(0.3)


def test_where_copying_never_changes_nothing_can_be_held_fixed(items):
    usual, mine = lines_of(items, [0.0] * 10, [0.5] * 10), lines_of(items, [1.0] * 10, [0.5] * 10)
    assert gain_at_equal(items, mine, usual, "quals", "copied").value is None


def test_gains_are_over_items_with_both_values(items):
    usual = lines_of(items, [None, *[1.0] * 9], [0.0] * 10)
    mine = lines_of(items, [5.0, 4.0, *[1.0] * 7, None], [0.0] * 10)
    found = gain(items, mine, usual, "quals")
    assert (found.n_items, found.value) == (8, pytest.approx(3 / 8))


def test_copied_trigrams_are_counted_in_the_source(items):
    found = counted("the red cat number zero", items[0])
    assert found["copied"] == pytest.approx(2 / 3)
    assert found["words"] == 5
    assert counted("red cat", items[0])["copied"] is None
