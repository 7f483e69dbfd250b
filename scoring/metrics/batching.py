"""Length-sorted batches under a token budget, with the order of the answers restored.

Sorting by length keeps padding small (on a CPU the cost of a batch is its padded size); the longest come first, so
that a batch that does not fit into memory fails at the start and not after an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def batches(lengths: Sequence[int], *, token_budget: int, max_items: int = 1024) -> Iterator[list[int]]:
    """Indices of the items, batch by batch, longest first.

    The padded size of a batch (items times its longest length) is at most `token_budget`; an item that alone is
    longer than the budget is a batch of its own. A length below 1 counts as 1. Every index comes exactly once, and
    equal lengths keep their order, so that the same input always gives the same batches.

    >>> list(batches([3, 9, 2, 3], token_budget=9))
    [[1], [0, 3, 2]]
    """
    if token_budget < 1 or max_items < 1:
        raise ValueError("token_budget and max_items are at least 1")
    order = sorted(range(len(lengths)), key=lambda index: (-max(lengths[index], 1), index))
    batch: list[int] = []
    widest = 1
    for index in order:
        if batch and (len(batch) == max_items or (len(batch) + 1) * widest > token_budget):
            yield batch
            batch = []
        if not batch:
            widest = max(lengths[index], 1)
        batch.append(index)
    if batch:
        yield batch


def run_batched(
    items: Sequence[Item],
    work: Callable[[list[Item]], Sequence[Result]],
    *,
    length: Callable[[Item], int],
    token_budget: int,
    max_items: int = 1024,
    before_batch: Callable[[], None] | None = None,
) -> list[Result]:
    """`work` on every batch; the results in the order of `items`.

    `before_batch` is called before each batch and may raise to stop. `work` must give one result per item of its
    batch: any other number is a ValueError, because results would otherwise slip to other items.
    """
    results: dict[int, Result] = {}
    for batch in batches([length(item) for item in items], token_budget=token_budget, max_items=max_items):
        if before_batch is not None:
            before_batch()
        answers = work([items[index] for index in batch])
        if len(answers) != len(batch):
            raise ValueError(f"{len(batch)} items went into a batch and {len(answers)} results came out")
        results.update(zip(batch, answers, strict=True))
    return [results[index] for index in range(len(items))]
