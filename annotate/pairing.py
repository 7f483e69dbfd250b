"""Which responses are compared, in which order, and who stands on which side. Standard library only.

Everything follows from a seed that is stored with the study: the same seed over the same conversations is the same
study. That nobody can tell a system from its side or from its place in the order is what the shuffling is for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from annotate.assignment import order_key, random_order


@dataclass(frozen=True, slots=True)
class Response:
    """A conversation that ends in a system's response."""

    conversation: int
    system: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two responses of different systems to one context."""

    context: int
    first: Response
    second: Response


def pairs_of(
    contexts: Mapping[int, Sequence[Response]], systems: Collection[str], *, seed: int, limit: int | None = None
) -> list[Pair]:
    """Every two responses of different systems to one context, in shuffled order, each pair's two shuffled.

    limit: so many contexts, drawn at random from those that have a pair; None: all of them.
    """
    found: dict[int, list[tuple[Response, Response]]] = {}
    for context, responses in contexts.items():
        fitting = sorted((each for each in responses if each.system in systems), key=lambda each: each.conversation)
        two = [(one, other) for one, other in combinations(fitting, 2) if one.system != other.system]
        if two:
            found[context] = two
    pairs = {}
    for context in random_order(found, f"{seed}:contexts")[:limit]:
        for one, other in found[context]:
            name = f"{one.conversation}-{other.conversation}"
            first, second = (other, one) if order_key(f"{seed}:first", name) % 2 else (one, other)
            pairs[name] = Pair(context, first, second)
    return [pairs[name] for name in random_order(pairs, f"{seed}:pairs")]


def is_turned(*, seed: int, position: int, nth: int) -> bool:
    """Whether the nth judge (from 0) of the pair at a position sees its second response on side A.

    A coin of the seed for the first judge, the other way round for the next, and so on: over two judges each response
    has stood on both sides, so that a liking for one side favours nobody.
    """
    return (order_key(f"{seed}:sides", position) + nth) % 2 == 1


def shared_turns(one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> int | None:
    """How many (speaker, text) from the start are the same in both and thus the context; None if one has no response.

    At least the last turn of each is its response, also where both said the same.

    >>> shared_turns([("a", "Hi"), ("b", "Hello")], [("a", "Hi"), ("b", "Hey")])
    1
    """
    most = min(len(one), len(other)) - 1
    if most < 0:
        return None
    same = 0
    while same < most and one[same] == other[same]:
        same += 1
    return same
