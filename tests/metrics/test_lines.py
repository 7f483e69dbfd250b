"""Input lines: read, written back, and every fault of a line at once."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.api import Dialogue, DialogueTurn, Grounded
from scoring.metrics.lines import BadLine, parse_line, unparse

turns = st.lists(
    st.builds(DialogueTurn, st.text(max_size=5), st.text(max_size=9), st.none() | st.floats(-1e9, 1e9)), max_size=4
).map(tuple)
names = st.text(min_size=1, max_size=5)


@given(st.builds(Dialogue, names, turns))
def test_dialogues_come_back(example: Dialogue) -> None:
    assert parse_line(json.dumps(unparse(example)), "dialogue") == example


@given(st.builds(Grounded, names, st.none() | st.text(), st.text(), turns))
def test_grounded_texts_come_back(example: Grounded) -> None:
    assert parse_line(json.dumps(unparse(example)), "grounded") == example


def test_other_keys_are_ignored_and_numbers_are_names() -> None:
    assert parse_line('{"id": 7, "source": null, "text": "t", "label": 3}', "grounded") == Grounded("7", None, "t")


@pytest.mark.parametrize(
    ("held", "fields"),
    [
        ({}, ["id", "turns"]),
        ({"id": "", "turns": {}}, ["id", "turns"]),
        ({"id": True, "turns": ["a"]}, ["id", "turns[0]"]),
        ({"id": 1.5, "turns": [{"speaker": 1}]}, ["id", "turns[0].speaker", "turns[0].text"]),
        ({"id": 1, "turns": [{"speaker": "A", "text": "b", "at": "now"}]}, ["turns[0].at"]),
        ({"id": 1, "turns": [{"speaker": "A", "text": "b", "at": True}]}, ["turns[0].at"]),
        ([], ["line"]),
    ],
)
def test_every_fault_of_a_dialogue_is_named(held: Any, fields: list[str]) -> None:
    with pytest.raises(BadLine) as raised:
        parse_line(json.dumps(held), "dialogue")
    assert [field for field, _ in raised.value.problems] == fields


@pytest.mark.parametrize(
    ("held", "fields"),
    [
        ({}, ["id", "source", "text"]),
        ({"id": None, "source": 3, "text": None}, ["id", "source", "text"]),
        ({"id": "a", "source": "s", "text": "t", "context": "hello"}, ["context"]),
    ],
)
def test_every_fault_of_a_grounded_text_is_named(held: Any, fields: list[str]) -> None:
    with pytest.raises(BadLine) as raised:
        parse_line(json.dumps(held), "grounded")
    assert sorted(field for field, _ in raised.value.problems) == fields


@pytest.mark.parametrize("line", ["", "{", "nonsense", '{"id": NaN,}', "[" * 100_000])
def test_what_is_not_json_is_told(line: str) -> None:
    with pytest.raises(BadLine, match="is not JSON"):
        parse_line(line, "grounded")


def test_a_time_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadLine, match="at: must be a number"):
        parse_line('{"id": "a", "turns": [{"speaker": "A", "text": "t", "at": NaN}]}', "dialogue")
