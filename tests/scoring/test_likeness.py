"""Vectors as bytes and bits, profiles and how far they lie apart: against the obvious way."""

from __future__ import annotations

import random
from math import sqrt

import pytest

from scoring.likeness import POINTS, apart, cosine, packed, sketch


def vector(seed: int) -> list[float]:
    chance = random.Random(seed)
    values = [chance.gauss(0, 1) for _ in range(384)]
    length = sqrt(sum(value * value for value in values))
    return [value / length for value in values]


def test_bytes_keep_the_cosine_to_a_hundredth() -> None:
    for seed in range(20):
        a, other = vector(seed), vector(seed + 100)
        b = [x + seed / 10 * y for x, y in zip(a, other, strict=True)]
        exact = sum(x * y for x, y in zip(a, b, strict=True)) / sqrt(sum(y * y for y in b))
        assert cosine(packed(a), packed(b)) == pytest.approx(exact, abs=0.01)


def test_a_vector_is_its_own_neighbour_whatever_its_length() -> None:
    a = vector(1)
    assert cosine(packed(a), packed([3 * x for x in a])) == pytest.approx(1)
    assert cosine(packed(a), packed([-x for x in a])) == pytest.approx(-1)


def test_the_sketch_has_a_bit_a_number_and_few_differ_for_near_vectors() -> None:
    a, other = vector(1), vector(2)
    near = [x + 0.1 * y for x, y in zip(a, other, strict=True)]
    bits = [sketch(packed(each)) for each in (a, near, other)]
    assert {len(each) for each in bits} == {384} and set(bits[0]) == {"0", "1"}
    to_near, to_other = (sum(x != y for x, y in zip(bits[0], each, strict=True)) for each in bits[1:])
    assert to_near < 40 < 140 < to_other


def test_zeros_have_no_direction() -> None:
    with pytest.raises(ValueError, match="no direction"):
        packed([0.0] * 384)


def test_apart_is_shape_plus_place_with_the_sign_kept() -> None:
    up, down = [0.5] * POINTS, [-0.5] * POINTS
    assert apart(up, up, diverges=0.3, other_diverges=0.3) == 0
    assert apart(up, down, diverges=0.3, other_diverges=0.3) == pytest.approx(1)
    assert apart(up, up, diverges=0.0, other_diverges=1.0) == pytest.approx(0.25)
