"""Orders that depend on the seed alone, and who may take what."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.assignment import Place, next_for, order_key, priority_order, random_order, why_not


def test_the_order_is_the_same_on_every_machine() -> None:
    assert order_key(7, 1) == 5031157793364214920
    assert random_order(range(8), seed=7) == random_order(reversed(range(8)), seed=7)
    assert random_order(range(8), seed=7) != random_order(range(8), seed=8)


def test_a_new_process_with_another_hash_seed_agrees() -> None:
    code = "from annotate.assignment import random_order; print(random_order(['a', 'b', 'c', 'd', 'e'], seed=3))"
    answers = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": each}, capture_output=True, text=True
        ).stdout
        for each in ("0", "1")
    }
    assert answers == {f"{random_order(list('abcde'), seed=3)}\n"}


@settings(deadline=None)  # the machine may be busy
@given(st.sets(st.integers(0, 500), max_size=40), st.sets(st.integers(0, 500), max_size=5), st.integers())
def test_new_items_never_change_how_the_old_stand(old: set[int], new: set[int], seed: int) -> None:
    assert [item for item in random_order(old | new, seed) if item in old] == random_order(old, seed)


def test_every_place_of_the_order_is_about_equally_likely() -> None:
    first = [random_order(range(5), seed)[0] for seed in range(2000)]
    assert all(abs(first.count(item) - 400) < 90 for item in range(5))  # 5 standard deviations


def test_the_most_urgent_come_first_and_chance_keeps_its_places() -> None:
    items = list(range(100))
    urgent = {item: float(item) for item in range(50)}
    assert priority_order(items, urgent, 7, random_share=0)[:50] == list(range(49, -1, -1))
    assert priority_order(items, urgent, 7, random_share=1) == random_order(items, 7)
    mixed = priority_order(items, urgent, 7, random_share=0.2)
    assert mixed[:4] == [49, 48, 47, 46] and mixed[4] == random_order(items, 7)[0]
    assert any(item >= 50 for item in mixed[:30]), "items without a priority come up early too"
    with pytest.raises(ValueError, match="between 0 and 1"):
        priority_order(items, urgent, 7, random_share=1.5)


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(st.integers(0, 60), unique=True, max_size=40),
    st.dictionaries(st.integers(0, 60), st.floats(-9, 9), max_size=30),
    st.floats(0, 1),
)
def test_an_order_holds_each_item_once(items: list[int], urgent: dict[int, float], share: float) -> None:
    assert sorted(priority_order(items, urgent, 1, random_share=share)) == sorted(items)


def test_an_item_is_refused_in_words() -> None:
    free = Place(1, required=2, taken=1)
    assert why_not(free, 9) is None
    assert "taken" not in str(why_not(free, 9, participants=[8])) and why_not(free, 9, participants=[8])
    assert "already" in str(why_not(Place(1, 2, 1, frozenset({9})), 9))
    assert "Others" in str(why_not(Place(1, 2, 2), 9))


def test_the_next_item_finishes_items_or_spreads_out() -> None:
    places = [Place(1, 3, 3), Place(2, 3, 2, frozenset({9})), Place(3, 3, 1), Place(4, 3, 0)]
    first, spread = next_for(9, places), next_for(9, places, spread_out=True)
    assert first is not None and first.item == 3
    assert spread is not None and spread.item == 4
    assert next_for(9, places[:2]) is None
