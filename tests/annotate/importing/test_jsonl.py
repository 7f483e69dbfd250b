"""Our own format loses nothing, and says of every bad line and field where it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.importing.dimensions import SHIPPED
from annotate.importing.examples import EXAMPLES, example_problem
from annotate.importing.identity import content_hash
from annotate.importing.jsonl import dimensions, read
from annotate.importing.jsonl_out import header, lines, to_line
from annotate.importing.records import (
    BadFile,
    ConversationRecord,
    PassageRecord,
    RatingRecord,
    SectionRecord,
    TurnRecord,
)

# Whatever PostgreSQL can keep: no NUL, no half surrogate pair.
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
WORD = TEXT.filter(bool)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
EXTRA = st.dictionaries(TEXT, JSON, max_size=3)
TURNS = st.builds(
    TurnRecord,
    speaker=TEXT,
    text=TEXT,
    cited=st.lists(TEXT, max_size=3).map(tuple),
    at=st.none() | st.floats(-1e9, 1e9),
    extra=EXTRA,
)
PASSAGES = st.builds(PassageRecord, kind=TEXT, ref=st.none() | TEXT, text=st.none() | TEXT)
SECTIONS = st.builds(
    SectionRecord, speaker=TEXT, key=TEXT, title=TEXT, passages=st.lists(PASSAGES, max_size=3).map(tuple)
)
VALUES = st.floats(-1e9, 1e9) | WORD | st.lists(WORD, unique=True, max_size=3).map(tuple)


@st.composite
def ratings(draw: st.DrawFn, turns: int) -> RatingRecord:
    """A value or a reason, never both."""
    value = draw(st.none() | VALUES)
    return RatingRecord(
        turn=draw(st.none() | st.integers(0, turns - 1)),
        dimension=draw(TEXT),
        rater=draw(TEXT),
        value=value,
        reason=draw(WORD) if value is None else "",
        note=draw(TEXT),
        revision=draw(st.integers(1, 9)),
        made_at=draw(st.none() | st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())),
        evidence=draw(JSON),
        version=draw(st.none() | st.integers(1, 9)),
        campaign=draw(TEXT),
        active_ms=draw(st.none() | st.integers(0, 10**9)),
    )


@st.composite
def conversations(draw: st.DrawFn) -> ConversationRecord:
    """Anything that the format can say."""
    turns = draw(st.lists(TURNS, min_size=1, max_size=3))
    own = draw(st.lists(ratings(len(turns)), max_size=4, unique_by=_answer))
    return ConversationRecord(
        external_id=draw(WORD),
        turns=tuple(turns),
        split=draw(TEXT),
        topic=draw(TEXT),
        config=draw(TEXT),
        system=draw(TEXT),
        sections=tuple(draw(st.lists(SECTIONS, max_size=3, unique_by=lambda s: (s.speaker, s.key)))),
        ratings=tuple(own),
        extra=draw(EXTRA),
    )


def _answer(rating: RatingRecord) -> tuple[Any, ...]:
    return rating.turn, rating.dimension, rating.rater, rating.campaign, rating.revision


FILES = st.lists(conversations(), min_size=1, max_size=3, unique_by=lambda record: record.external_id)


@settings(deadline=None, max_examples=30)
@given(FILES)
def test_what_is_written_is_read_again_and_written_the_same(records: list[ConversationRecord]) -> None:
    content = header(name="x") + b"".join(lines(records))
    found = read([("x.jsonl", content)])
    assert found == records
    assert header(name="x") + b"".join(lines(found)) == content
    assert [content_hash(record) for record in found] == [content_hash(record) for record in records]


@settings(deadline=None, max_examples=60)
@given(FILES, st.data())
def test_a_damaged_file_is_a_bad_file_with_its_line_and_nothing_else(
    records: list[ConversationRecord], data: st.DataObject
) -> None:
    content = header() + b"".join(lines(records))
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start, min(len(content), start + 8)))
    damaged = content[:start] + data.draw(st.binary(max_size=8)) + content[end:]
    try:
        read([("x.jsonl", damaged)])
    except BadFile as bad:
        assert bad.count >= len(bad.problems) >= 1
        assert all(problem.where.startswith(("x.jsonl, line ", "the upload")) for problem in bad.problems)
        for problem in bad.problems:  # it can be stored and shown
            assert "\x00" not in str(problem)
            str(problem).encode()


def line(**changes: Any) -> dict[str, Any]:
    return {"id": "c1", "turns": [{"speaker": "user", "text": "Hi."}]} | changes


def problems_of(*given: Any) -> list[tuple[str, str]]:
    content = b"\n".join(json.dumps(each).encode() for each in given)
    with pytest.raises(BadFile) as caught:
        read([("x.jsonl", content)])
    return [(problem.where, problem.field) for problem in caught.value.problems]


def test_the_least_a_conversation_needs() -> None:
    (record,) = read([("x.jsonl", json.dumps(line()).encode())])
    assert record == ConversationRecord("c1", (TurnRecord("user", "Hi."),))
    assert to_line(record).endswith(b"\n")


def rating(**changes: Any) -> dict[str, Any]:
    return {"turn": 0, "dimension": "interaction_quality", "rater": "r1", "value": 4} | changes


@pytest.mark.parametrize(
    ("changes", "place", "field"),
    [
        ({"id": ""}, "", "id"),
        ({"id": "x" * 201}, "", "id"),
        ({"colour": "red"}, "", "colour"),
        ({"split": 3}, "", "split"),
        ({"turns": []}, "", "turns"),
        ({"turns": "Hi."}, "", "turns"),
        ({"turns": [1]}, ", turn 1", "-"),
        ({"turns": [{"speaker": "u"}]}, ", turn 1", "text"),
        ({"turns": [{"speaker": "u", "text": "a\x00"}]}, ", turn 1", "text"),
        ({"turns": [{"speaker": "u", "text": "a", "at": "noon"}]}, ", turn 1", "at"),
        ({"turns": [{"speaker": "u", "text": "a", "at": True}]}, ", turn 1", "at"),
        ({"turns": [{"speaker": "u", "text": "a", "cited": ["x" * 65]}]}, ", turn 1", "cited"),
        ({"turns": [{"speaker": "u", "text": "a", "extra": {"k": ["\ud800"]}}]}, ", turn 1", "extra.k"),
        ({"knowledge": [{"key": "F", "passages": [{"kind": "w", "text": 1}]}]}, ", knowledge 1, passage 1", "text"),
        ({"knowledge": [{"key": "FS1"}, {"key": "FS1"}]}, "", "knowledge"),
        ({"ratings": [rating(turn=1)]}, ", rating 1", "turn"),
        ({"ratings": [rating(turn=-1)]}, ", rating 1", "turn"),
        ({"ratings": [rating(turn=True)]}, ", rating 1", "turn"),
        ({"ratings": [rating(value=None)]}, ", rating 1", "value"),
        ({"ratings": [rating(reason="no claim")]}, ", rating 1", "value"),
        ({"ratings": [rating(value={})]}, ", rating 1", "value"),
        ({"ratings": [rating(value=True)]}, ", rating 1", "value"),
        ({"ratings": [rating(revision=0)]}, ", rating 1", "revision"),
        ({"ratings": [rating(revision=2**31)]}, ", rating 1", "revision"),
        ({"ratings": [rating(made_at="2026-01-31T12:00:00")]}, ", rating 1", "made_at"),
        ({"ratings": [rating(), rating(value=3)]}, "", "ratings"),
        ({"alternative_of": "c9"}, "", "alternative_of"),
        ({"alternative_of": "c1"}, "", "alternative_of"),
        ({"extra": {"a": [[[]]] * 1, "deep": json.loads("[" * 60 + "]" * 60)}}, "", "extra.deep"),
    ],
)  # fmt: skip
def test_each_bad_field_is_named_with_its_line(changes: dict[str, Any], place: str, field: str) -> None:
    good = line(id="good")
    assert problems_of(good, line(**changes)) == [(f"x.jsonl, line 2{place}", field)]


def test_every_bad_line_is_named_at_once() -> None:
    content = b'{"id": "a"\n' + json.dumps(line()).encode() + b'\n[]\nnull\n{"id": 1}\n{"id":"b","id":"b","turns":[]}\n'
    with pytest.raises(BadFile) as caught:
        read([("x.jsonl", content)])
    assert [problem.where for problem in caught.value.problems] == [
        "x.jsonl, line 1, column 11",
        "x.jsonl, line 3",
        "x.jsonl, line 4",
        "x.jsonl, line 5",
        "x.jsonl, line 5",
        "x.jsonl, line 6",
        "x.jsonl, line 6",
    ]


def test_an_id_twice_is_found_across_files() -> None:
    content = json.dumps(line()).encode()
    with pytest.raises(BadFile, match=r"b.jsonl, line 1: id: c1 was already in a.jsonl, line 1"):
        read([("a.jsonl", content), ("b.jsonl", content)])


def test_an_endless_number_is_no_number() -> None:
    content = b'{"id":"a","turns":[{"speaker":"u","text":"t","at":1e999}],"extra":{"x":-1e999}}'
    with pytest.raises(BadFile) as caught:
        read([("x.jsonl", content)])
    assert {problem.field for problem in caught.value.problems} == {"at", "extra.x"}


def test_problems_stop_at_a_thousand_and_say_how_many_there_are() -> None:
    with pytest.raises(BadFile) as caught:
        read([("x.jsonl", b"{\n" * 1500)])
    assert len(caught.value.problems) == 1000
    assert caught.value.count == 1500


@pytest.mark.parametrize(
    ("head", "field"),
    [({"format": "other", "version": 1}, "format"), ({"format": "evalsite-jsonl", "version": 2}, "version")],
)
def test_another_format_or_version_is_refused(head: dict[str, Any], field: str) -> None:
    assert problems_of(head, line()) == [("x.jsonl, line 1", field)]


def test_predictions_of_a_release_are_passed_by() -> None:
    content = json.dumps(line(predictions=[{"anything": 1}], verdicts=[])).encode()
    assert read([("x.jsonl", content)]) == [ConversationRecord("c1", (TurnRecord("user", "Hi."),), passed_by=1)]


def test_a_header_defines_dimensions() -> None:
    own = {"key": "warmth", "version": 2, "unit": "turn", "kind": "number", "question": "Is it warm?",
           "scale": [{"value": 0, "label": "No"}, {"value": 1, "label": "Yes"}]}  # fmt: skip
    ((number, spec),) = dimensions([("x.jsonl", header(dimensions=[own]) + b"not read here\n")])
    assert (number, spec.key, [point.value for point in spec.scale]) == (2, "warmth", [0.0, 1.0])
    with pytest.raises(BadFile) as caught:
        dimensions([("x.jsonl", header(dimensions=[own | {"unit": "hour", "scale": []}]))])
    assert {problem.field for problem in caught.value.problems} == {"unit", "scale"}


def test_the_points_of_a_header_may_have_examples() -> None:
    points: list[dict[str, Any]] = [
        {"value": 0, "example": "Brr."},
        {"value": 1, "counter_example": "Sunny out there."},
    ]
    own = {"key": "warmth", "unit": "turn", "kind": "number", "question": "Is it warm?", "scale": points}
    ((_, spec),) = dimensions([("x.jsonl", header(dimensions=[own]))])
    assert spec.scale_json() == [{"label": "", "description": "", **point} for point in points]
    bad = [{"value": 0, "example": 7, "counter_example": "x" * 501}, {"value": 1, "example": "two\nlines"}]
    with pytest.raises(BadFile) as caught:
        dimensions([("x.jsonl", header(dimensions=[own | {"scale": bad}]))])
    assert [(problem.field, problem.message[:14]) for problem in caught.value.problems] == [
        ("scale.example", "must be a text"),
        ("scale.counter_example", "is longer than"),
        ("scale.example", "must be one li"),
    ]


def test_what_ships_has_good_examples() -> None:
    for spec in SHIPPED:
        for point in spec.scale:
            assert point.example and point.counter_example, (spec.key, point.value)
            assert example_problem(point.example) is None and example_problem(point.counter_example) is None
        assert set(EXAMPLES[spec.key]) == {point.value for point in spec.scale}
