"""Every item once, in order, within the budget; the hook before each batch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.batching import batches, run_batched

lengths = st.lists(st.integers(min_value=0, max_value=60), max_size=80)


@given(lengths, st.integers(1, 200), st.integers(1, 20))
def test_every_index_comes_exactly_once(lengths: list[int], budget: int, most: int) -> None:
    seen = [index for batch in batches(lengths, token_budget=budget, max_items=most) for index in batch]
    assert sorted(seen) == list(range(len(lengths)))


@given(lengths, st.integers(1, 200), st.integers(1, 20))
def test_padded_size_stays_within_the_budget(lengths: list[int], budget: int, most: int) -> None:
    for batch in batches(lengths, token_budget=budget, max_items=most):
        padded = len(batch) * max(max(lengths[index], 1) for index in batch)
        assert len(batch) <= most
        assert padded <= budget or len(batch) == 1


@given(lengths, st.integers(1, 200))
def test_longest_come_first_and_neighbours_are_alike(lengths: list[int], budget: int) -> None:
    order = [max(lengths[index], 1) for batch in batches(lengths, token_budget=budget) for index in batch]
    assert order == sorted(order, reverse=True)


@given(st.lists(st.text(max_size=20), max_size=40), st.integers(1, 100))
def test_results_come_in_the_order_of_the_items(texts: list[str], budget: int) -> None:
    assert run_batched(texts, lambda batch: [text[::-1] for text in batch], length=len, token_budget=budget) == [
        text[::-1] for text in texts
    ]


def test_batches_are_filled_not_one_by_one() -> None:
    assert [len(batch) for batch in batches([5] * 100, token_budget=50)] == [10] * 10


def test_the_hook_runs_before_each_batch_and_may_stop() -> None:
    done: list[int] = []
    calls = 0

    def hook() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt

    def work(batch: list[int]) -> list[int]:
        done.extend(batch)
        return batch

    with pytest.raises(KeyboardInterrupt):
        run_batched([4] * 8, work, length=lambda item: item, token_budget=8, before_batch=hook)
    assert len(done) == 4


def test_a_batch_that_loses_an_item_is_an_error() -> None:
    with pytest.raises(ValueError, match="2 items went into a batch and 1 results came out"):
        run_batched(["a", "b"], lambda batch: batch[:1], length=len, token_budget=9)


def test_a_budget_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        list(batches([1], token_budget=0))
