"""Pairs, their order and their sides: everything from the seed, every system against every other."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from annotate.pairing import Response, is_turned, pairs_of, shared_turns

NAMES = ["ada", "bob", "cid", "dot"]


def world(contexts: int, systems: list[str] = NAMES) -> dict[int, list[Response]]:
    """Context 10, 20, ... with responses 10, 11, ... by the systems in their order."""
    return {10 * at: [Response(10 * at + n, name) for n, name in enumerate(systems)] for at in range(1, contexts + 1)}


def test_every_two_systems_meet_once_in_every_context() -> None:
    pairs = pairs_of(world(5), NAMES, seed=3)
    met = Counter((pair.context, frozenset({pair.first.system, pair.second.system})) for pair in pairs)
    assert len(met) == 5 * 6 and set(met.values()) == {1}


def test_only_the_chosen_systems_and_never_one_against_itself() -> None:
    contexts = world(2) | {30: [Response(30, "ada"), Response(31, "ada")], 40: [Response(40, "ada")]}
    pairs = pairs_of(contexts, ["ada", "dot"], seed=3)
    assert [{pair.first.system, pair.second.system} for pair in pairs] == [{"ada", "dot"}] * 2
    assert {pair.context for pair in pairs} == {10, 20}


def test_a_limit_draws_whole_contexts() -> None:
    drawn = {seed: {pair.context for pair in pairs_of(world(8), NAMES, seed=seed, limit=3)} for seed in range(10)}
    assert {len(contexts) for contexts in drawn.values()} == {3}
    assert len({frozenset(contexts) for contexts in drawn.values()}) > 3
    assert len(pairs_of(world(2), NAMES, seed=1, limit=9)) == 12


@given(st.integers(0, 2**31 - 1))
def test_the_seed_is_the_study(seed: int) -> None:
    turned_round = dict(reversed(world(4).items()))
    assert pairs_of(world(4), NAMES, seed=seed) == pairs_of(turned_round, NAMES[::-1], seed=seed)


def test_order_and_first_are_left_to_chance() -> None:
    orders = {tuple(pair.context for pair in pairs_of(world(4), NAMES, seed=seed)) for seed in range(8)}
    assert len(orders) == 8
    firsts = Counter(pair.first.system for seed in range(40) for pair in pairs_of(world(10), NAMES, seed=seed))
    # 2,400 pairs: each of four systems is first in a quarter, standard error 21.
    assert all(abs(count - 600) < 110 for count in firsts.values()), firsts


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 50))
def test_two_judges_after_each_other_see_both_sides(seed: int, position: int, nth: int) -> None:
    assert is_turned(seed=seed, position=position, nth=nth) != is_turned(seed=seed, position=position, nth=nth + 1)


def test_the_first_judges_side_is_a_coin() -> None:
    turned = sum(is_turned(seed=7, position=position, nth=0) for position in range(1000))
    assert 420 < turned < 580


def test_the_context_is_what_both_share() -> None:
    context = [("a", "Hi"), ("b", "Hello")]
    assert shared_turns([*context, ("a", "One")], [*context, ("a", "Two")]) == 2
    assert shared_turns([*context, ("a", "Same")], [*context, ("a", "Same")]) == 2, "the last turn is the response"
    assert shared_turns([*context, ("a", "One"), ("b", "More")], [*context, ("a", "Two")]) == 2
    assert shared_turns([("a", "A summary")], [("a", "Another")]) == 0
    assert shared_turns([("a", "Hi"), ("b", "x")], [("c", "Hi"), ("b", "x")]) == 0, "another speaker, another context"
    assert shared_turns([], [("a", "Hi")]) is None
