"""Token F1 as SQuAD counts it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.qags.answers import exact, normalised, token_f1

WORDS = st.lists(st.sampled_from(["red", "tea", "the", "Tea", "1871", "old,"]), max_size=5).map(" ".join)


def slowly(one, other):
    """Pair words off one at a time."""
    first, left = normalised(one).split(), normalised(other).split()
    if not first or not left:
        return float(first == left)
    precision_of, recall_of, shared = len(first), len(left), 0
    for word in first:
        if word in left:
            left.remove(word)
            shared += 1
    precision, recall = shared / precision_of, shared / recall_of
    return 2 * precision * recall / (precision + recall) if shared else 0.0


@pytest.mark.parametrize(
    ("one", "other", "f1"),
    [
        ("Anna Keel", "anna keel.", 1.0),
        ("the lighthouse", "a lighthouse", 1.0),
        ("in 1871", "1871", 2 / 3),
        ("1871", "1925", 0.0),
        ("tea tea", "tea", 2 / 3),
        ("", "", 1.0),
        ("the", "", 1.0),
        ("1871", "", 0.0),
    ],
)
def test_known_values(one, other, f1):
    assert token_f1(one, other) == pytest.approx(f1)
    assert exact(one, other) is (f1 == 1.0)


@given(WORDS, WORDS)
def test_the_obvious_version(one, other):
    assert token_f1(one, other) == pytest.approx(slowly(one, other))
    assert token_f1(one, other) == token_f1(other, one)
