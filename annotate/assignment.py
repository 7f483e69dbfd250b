"""Who rates what: orders that depend on the campaign's seed alone. Standard library only, no database.

An order is a list of ids; the campaign stores each item's place in it, and `claim` walks the places. The same seed
gives the same order on every machine and Python version, and new items never change how the old ones stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item", int, str)


def order_key(seed: int | str, item: int | str) -> int:
    """A number in 0..2**63-1 that looks random and is the same everywhere (BLAKE2b of seed and id).

    >>> order_key(7, 1) == order_key("7", "1")
    True
    """
    digest = hashlib.blake2b(f"{seed}\x1f{item}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def random_order(items: Iterable[Item], seed: int | str) -> list[Item]:
    """The items by their hash. 10,000 items: about 15 ms."""
    return sorted(items, key=lambda item: order_key(seed, item))


def priority_order(
    items: Iterable[Item], priorities: Mapping[Item, float], seed: int | str, *, random_share: float = 0.2
) -> list[Item]:
    """Most urgent first, with a random item at every 1 / random_share-th place.

    The random places are drawn from all items, urgent or not, so that what is rated first still says something about
    the whole, and items without a priority come up too; those stand otherwise at the end. Ties go by hash.
    Raises ValueError for a share outside 0..1.
    """
    if not 0 <= random_share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {random_share}")
    by_chance = random_order(items, seed)
    urgent = sorted(by_chance, key=lambda item: (item not in priorities, -priorities.get(item, 0.0)))
    queues = {True: iter(by_chance), False: iter(urgent)}
    order: list[Item] = []
    placed: set[Item] = set()
    for place in range(len(by_chance)):
        # The whole-number part of place * share grows by one at each random place: evenly spread, exactly that share.
        at_random = int((place + 1) * random_share + 1e-9) > int(place * random_share + 1e-9)
        item = next(each for each in queues[at_random] if each not in placed)
        placed.add(item)
        order.append(item)
    return order


def is_gold_next(done: int, percent: int, seed: int | str) -> bool:
    """Whether the task after `done` ones is to be gold.

    The j-th gold task stands at one place of the j-th stretch of 100 / percent tasks, which a hash of seed and j
    chooses: after n tasks there were n * percent / 100 of them, within one, and the next cannot be guessed.

    >>> [done for done in range(20) if is_gold_next(done, 25, "campaign 1, rater 1")]
    [0, 7, 10, 13, 17]
    """
    if percent <= 0:
        return False
    stretch = done * percent // 100
    start, end = -(-100 * stretch // percent), -(-100 * (stretch + 1) // percent)
    return done == start + order_key(seed, stretch) % (end - start)


def tasks_to_come(done: int, free: int, gold: int, percent: int, seed: int | str) -> int:
    """How many tasks a rater would still be given after `done` ones: `free` items, and gold before the last.

    It goes down by one with every task, gold or not, so that it does not tell which is which.
    """
    to_come = 0
    while free:
        if gold and is_gold_next(done + to_come, percent, seed):
            gold -= 1
        else:
            free -= 1
        to_come += 1
    return to_come


@dataclass(frozen=True, slots=True)
class Place:
    """How an item stands: who has had it (held, done or skipped), and how many of its places are taken."""

    item: int
    required: int
    taken: int
    had_by: frozenset[int] = frozenset()


def why_not(place: Place, rater: int, *, participants: Collection[int] | None = None) -> str | None:
    """Why this rater cannot have this item, in words; None when they can. `participants` None: open to all."""
    if participants is not None and rater not in participants:
        return "You do not take part in this campaign."
    if rater in place.had_by:
        return "You have already had this conversation."
    if place.taken >= place.required:
        return "Others hold or have finished every place of this conversation."
    return None


def next_for(
    rater: int, places: Iterable[Place], *, participants: Collection[int] | None = None, spread_out: bool = False
) -> Place | None:
    """The first place in order that this rater may take; with `spread_out`, of those the one fewest have taken.

    In order: items are finished early, one after the other. Spread out: every item gets its first rater early.
    """
    open_to_rater = (each for each in places if why_not(each, rater, participants=participants) is None)
    if spread_out:
        return min(open_to_rater, key=lambda place: place.taken, default=None)
    return next(open_to_rater, None)
