"""Words, their places and their forms."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.words import STOP_WORDS, content_words, without_surrogates, words


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("The cat's 2nd toy!", ["the", "cat", "s", "2nd", "toy"]),
        ("1,000 and 3.5", ["1000", "and", "3.5"]),
        ("ÉCOLE ﬁsh STRASSE Straße", ["école", "fish", "strasse", "strasse"]),
        ("हिन्दी शब्द", ["हिन्दी", "शब्द"]),
        ("e\u0301cole", ["école"]),
        ("日本語", ["日", "本", "語"]),
        ("a_b-c", ["a", "b", "c"]),
        ("iPhone15 covid19", ["iphone15", "covid19"]),
        ("\x00\x07 \ud800 👍 ...", []),
    ],
)
def test_forms(text: str, forms: list[str]) -> None:
    assert [word.form for word in words(text)] == forms


@given(st.text(max_size=60))
def test_places_are_in_order_and_inside(text: str) -> None:
    end = 0
    for word in words(text):
        assert end <= word.start < word.end <= len(text)
        end = word.end


def test_stop_words_are_single_lower_case_words() -> None:
    assert all(len(words(word)) == 1 and words(word)[0].form == word for word in STOP_WORDS)
    assert [word.form for word in content_words("I don't think that the Eiffel tower is it's own")] == [
        "think",
        "eiffel",
        "tower",
    ]


def test_lone_surrogates_go_and_places_stay() -> None:
    assert without_surrogates("a\ud800b👍") == "a\ufffdb👍"


def test_ten_megabytes_of_one_character_take_seconds_not_minutes() -> None:
    started = time.monotonic()
    assert len(words("1,1." * 500_000 + "a" * 2_000_000 + "\u0301" * 2_000_000)) <= 3
    assert time.monotonic() - started < 10
