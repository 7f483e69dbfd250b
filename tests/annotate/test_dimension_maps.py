"""Maps between versions: what they must be, what they make readable, and that ratings stay as they were."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from annotate.actions.change_dimensions import BadMap, NewVersion, change_dimensions
from annotate.mapping.answers import key_of
from annotate.mapping.chains import Step, readings
from annotate.mapping.lines import (
    BadLines,
    as_lines,
    examples_as_lines,
    examples_of,
    reasons_of,
    scale_of,
    with_examples,
    without_examples,
)
from annotate.models import Conversation, DimensionMap, DimensionVersion, MapPart, Rater, Rating, Reading, ReadRating
from annotate.selectors.maps import parts_of, versions_alike
from people.models import AuditEvent, User
from scoring.analyses.data import ratings_of, seen_now
from tests.factories import NO_CLAIM, SCALE_5, make_corpus, make_dimension, make_user

pytestmark = pytest.mark.django_db
WHY = "The words were not understood."
POINTS = [f"n:{point}" for point in range(1, 6)]
SAME: dict[str, str | None] = {key: key for key in POINTS}
BACKWARDS: dict[str, str | None] = dict(zip(POINTS, reversed(POINTS), strict=True))


@pytest.fixture
def admin() -> User:
    return make_user("admin")


def change(kind: str, sources: list[Any], targets: list[Any], answers: Any, by: User, **more: Any) -> DimensionMap:
    here = answers if isinstance(next(iter(answers), None), tuple) else {(0, 0): answers}
    return change_dimensions(
        kind=kind, sources=sources, targets=targets, answers=here, **{"why": WHY, "op_id": uuid4(), "by": by, **more}
    )


def new_of(version: DimensionVersion, scale: list[dict[str, Any]] = SCALE_5) -> NewVersion:
    return NewVersion(version.dimension, "Asked otherwise?", scale=scale)


def rate(version: DimensionVersion, conversation: Conversation, *values: Any, reason: str = "") -> list[Rating]:
    """One rating a value on turn 0, each by a rater of its own."""
    turn = conversation.turns.get(index=0)
    made = []
    for value in values:
        rater = Rater.objects.create(corpus=conversation.corpus, pseudonym=f"r{Rater.objects.count()}")
        kind = {float: "number", int: "number", str: "label", list: "labels"}.get(type(value), "number")
        made.append(
            Rating.objects.create(
                conversation=conversation, turn=turn, dimension_version=version, rater=rater, reason=reason,
                **{kind: value},
            )
        )  # fmt: skip
    return made


@pytest.fixture
def conversation() -> Conversation:
    return make_corpus(conversations=1).conversations.get()


def test_a_rename_makes_a_version_and_is_read_both_ways(admin: User, conversation: Conversation) -> None:
    old = make_dimension()
    said = rate(old, conversation, 1, 4)
    made = change("rename", [old], [new_of(old)], BACKWARDS, admin)
    new = old.dimension.versions.get(number=2)
    assert new.question == "Asked otherwise?"
    later = rate(new, conversation, 5)
    here = [each.value for each in ratings_of(conversation.corpus, old.dimension)]
    assert here == [5, 2, 5]
    there = [each.value for each in ratings_of(conversation.corpus, old.dimension, version=old)]
    assert there == [1, 4, 1]
    for row in said + later:
        before = (row.number, row.dimension_version_id)
        row.refresh_from_db()
        assert (row.number, row.dimension_version_id) == before
    assert list(Reading.objects.values_list("source", "target", "forward")) == [
        (old.pk, new.pk, True),
        (new.pk, old.pk, False),
    ]
    event = AuditEvent.objects.get(verb="dimension.rename")
    assert (event.actor, event.subject, event.detail["why"]) == (admin, f"map {made.pk}", WHY)


def test_a_merge_brings_versions_and_points_together(admin: User, conversation: Conversation) -> None:
    one, two, both = make_dimension(), make_dimension(), make_dimension(scale=SCALE_5[:2])
    rate(one, conversation, 1, 5)
    rate(two, conversation, 3)
    low = {key: "n:1" if key < "n:3" else "n:2" for key in POINTS}
    change("merge", [one, two], [both], {(0, 0): low, (1, 0): low}, admin)
    assert [each.value for each in ratings_of(conversation.corpus, both.dimension)] == [1, 2, 2]
    assert [each.value for each in ratings_of(conversation.corpus, one.dimension)] == [1, 5]


def test_what_a_split_cannot_tell_is_left_out_and_counted(admin: User, conversation: Conversation) -> None:
    old = make_dimension(null_reasons=NO_CLAIM)
    first, second = make_dimension(null_reasons=NO_CLAIM), make_dimension()
    rate(old, conversation, 1, 3, 3, 3.5)
    rate(old, conversation, None, reason="no claim")
    told = {"n:1": "n:1", "n:5": "n:5", "r:no claim": "r:no claim"}
    made = change("split", [old], [first, second], {(0, 0): told, (0, 1): {"n:1": "n:2"}}, admin)
    assert [each.value for each in ratings_of(conversation.corpus, first.dimension)] == [1]
    assert [each.value for each in ratings_of(conversation.corpus, second.dimension)] == [2]
    reasons = ReadRating.objects.filter(version=first).exclude(reason="").values_list("reason", flat=True)
    assert list(reasons) == ["no claim"]
    parts = parts_of(made)
    assert [(part.told, part.untold, part.others) for part in parts] == [(2, 3, 1), (1, 4, 1)]


def test_sets_of_labels_are_mapped_label_by_label_or_not_at_all(admin: User, conversation: Conversation) -> None:
    scale = [{"value": word, "label": word, "description": ""} for word in ("a", "b", "c")]
    old, new = make_dimension(kind="labels", scale=scale), make_dimension(kind="labels", scale=scale)
    rate(old, conversation, ["a", "b"], ["a", "c"], ["b"])
    change("split", [old], [new], {"l:a": "l:c", "l:b": "l:c"}, admin)
    assert [each.value for each in ratings_of(conversation.corpus, new.dimension)] == [{"c"}, {"c"}]


def test_labels_can_become_numbers(admin: User, conversation: Conversation) -> None:
    words = [{"value": word, "label": word, "description": ""} for word in ("bad", "good")]
    old, new = make_dimension(kind="label", scale=words), make_dimension(scale=SCALE_5[:2])
    rate(old, conversation, "good")
    change("rename", [old], [new], {"l:bad": "n:1", "l:good": "n:2"}, admin)
    assert [each.value for each in ratings_of(conversation.corpus, new.dimension)] == [2]


def test_maps_chain_and_the_later_of_one_pair_counts(admin: User, conversation: Conversation) -> None:
    old = make_dimension()
    rate(old, conversation, 1)
    change("rename", [old], [new_of(old)], SAME, admin)
    second = old.dimension.versions.get(number=2)
    change("rename", [second], [new_of(old)], BACKWARDS, admin)
    assert [each.value for each in ratings_of(conversation.corpus, old.dimension)] == [5]
    before = seen_now(conversation.corpus, old.dimension)
    change("rename", [old], [second], BACKWARDS, admin)
    assert [each.value for each in ratings_of(conversation.corpus, old.dimension)] == [1]
    assert seen_now(conversation.corpus, old.dimension) != before
    assert DimensionMap.objects.count() == 3


def test_every_problem_is_said_at_once(admin: User) -> None:
    old, new = make_dimension(), make_dimension()
    with pytest.raises(BadMap) as refused:
        change("rename", [old], [new], {"n:1": "n:1", "n:2": "n:1", "n:3": "n:9", "n:7": "n:1"}, admin, why="short")
    fields = [problem.field for problem in refused.value.problems]
    assert fields == ["why", "sources", (0, 0, "n:3"), (0, 0, "n:4"), (0, 0, "n:5"), (0, 0, "n:1"), (0, 0, "n:2")]
    assert not DimensionMap.objects.exists() and not AuditEvent.objects.filter(verb="dimension.rename").exists()


@pytest.mark.parametrize(
    ("kind", "answers", "field"),
    [("merge", SAME, "kind"), ("split", SAME, "kind"), ("swap", SAME, "kind")],
)
def test_a_kind_says_what_it_is(admin: User, kind: str, answers: Any, field: str) -> None:
    with pytest.raises(BadMap) as refused:
        change(kind, [make_dimension()], [make_dimension()], answers, admin)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_ends_must_fit(admin: User) -> None:
    turn, whole = make_dimension(), make_dimension(unit="conversation")
    with pytest.raises(BadMap, match="is about a turn"):
        change("rename", [turn], [whole], SAME, admin)
    with pytest.raises(BadMap, match=r"Choose what changes.*Choose what it becomes"):
        change("merge", [], [], {}, admin)
    with pytest.raises(BadMap, match="circle"):
        change("rename", [turn], [turn], SAME, admin)
    other = make_dimension()
    change("rename", [turn], [other], SAME, admin)
    with pytest.raises(BadMap, match="circle"):
        change("rename", [other], [turn], SAME, admin)


def test_sent_twice_it_is_one_map(admin: User) -> None:
    old, op_id = make_dimension(), uuid4()
    first = change("rename", [old], [new_of(old)], SAME, admin, op_id=op_id)
    assert change("rename", [old], [new_of(old)], SAME, admin, op_id=op_id) == first
    assert DimensionMap.objects.count() == 1 and old.dimension.versions.count() == 2


def test_a_map_cannot_be_altered(admin: User) -> None:
    made = change("rename", [make_dimension()], [make_dimension()], SAME, admin)
    for change_it in (
        lambda: DimensionMap.objects.filter(pk=made.pk).update(why="other"),
        lambda: MapPart.objects.filter(map=made).update(answers={}),
        lambda: MapPart.objects.filter(map=made).delete(),
    ):
        with pytest.raises(ProgrammingError, match="only ever added"), transaction.atomic():
            change_it()


def test_versions_alike_differ_in_words_alone(admin: User) -> None:
    old, turned = make_dimension(), make_dimension()
    change("rename", [old], [new_of(old)], SAME, admin)
    change("rename", [turned], [new_of(turned)], BACKWARDS, admin)
    new = old.dimension.versions.get(number=2)
    assert versions_alike(new) == {old.pk, new.pk} == versions_alike(old)
    assert versions_alike(turned) == {turned.pk}


@pytest.mark.parametrize("value", [1, 0.5, 1.0, 3.25, -2, 0.1, 100000, 1e-7, 1e17, 123456789.5])
def test_keys_are_the_same_in_python_and_in_the_database(value: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT annotate_answer_key(%s::float8, NULL, '')", [value])
        assert cursor.fetchone()[0] == key_of(value)


def test_a_rename_is_not_read_backwards_where_a_map_says_otherwise() -> None:
    found = readings([Step(1, 2, {"a": "b"}, 1, invertible=True), Step(3, 1, {"c": "a"}, 2)])
    assert {(step.source, step.target): step.answers for step in found} == {
        (1, 2): {"a": "b"},
        (2, 1): {"b": "a"},
        (3, 1): {"c": "a"},
        (3, 2): {"c": "b"},
    }


def test_a_scale_is_typed_line_by_line() -> None:
    assert scale_of("1|Low\n\n 2 | High | Very | so", numbers=True) == [
        {"value": 1.0, "label": "Low", "description": ""},
        {"value": 2.0, "label": "High", "description": "Very | so"},
    ]
    assert as_lines(scale_of("1 | Low\n2", numbers=True)) == "1 | Low\n2"
    with pytest.raises(BadLines) as refused:
        scale_of("one | Low\n2\n2", numbers=True)
    assert refused.value.problems == ["Line 1: 'one' is no number.", "2.0 is there twice."]
    with pytest.raises(BadLines, match="at least two"):
        scale_of("Yes", numbers=False)
    with pytest.raises(BadLines, match="word of ours"):
        reasons_of("erased | Gone")


def test_examples_are_typed_line_by_line_and_found_by_their_answer() -> None:
    scale = scale_of("1 | Low | So so\n2.5 | High", numbers=True)
    found = examples_of("\n 2.50 |  Very   much | so \n1|No.", scale=scale)
    assert found == {2.5: "Very much | so", 1.0: "No."}
    both = with_examples(scale, example=found, counter_example={1.0: "Not this."})
    assert both == [
        {"value": 1.0, "label": "Low", "description": "So so", "example": "No.", "counter_example": "Not this."},
        {"value": 2.5, "label": "High", "description": "", "example": "Very much | so"},
    ]
    assert without_examples(both) == scale and as_lines(both) == as_lines(scale)
    assert examples_as_lines(both, "example") == "1 | No.\n2.5 | Very much | so"
    assert examples_as_lines(both, "counter_example") == "1 | Not this."
    assert examples_of("Yes | Sure.", scale=scale_of("Yes\nNo", numbers=False)) == {"Yes": "Sure."}


def test_every_bad_line_of_examples_is_said() -> None:
    scale = scale_of("1 | Low\n2 | High", numbers=True)
    with pytest.raises(BadLines) as refused:
        examples_of(f"3 | Out\n1\n1 | Once\n1.0 | Twice\n2 | {'x' * 501}\n2 | bell \a", scale=scale)
    assert refused.value.problems == [
        "Line 1: '3' is no answer of this scale.",
        "Line 2: an answer and its example, such as: 1 | In these words.",
        "Line 3: '1' has its example already; give all in one line.",
        "Line 4: '1.0' has its example already; give all in one line.",
        "Line 5: the example is longer than 500 characters.",
        "Line 6: the example must be one line of plain text: it holds a line break, a tab or a control character.",
        "Line 6: '2' has its example already; give all in one line.",
    ]
    with pytest.raises(BadLines, match="Line 1: an answer and its example"):
        examples_of("3", scale=None)  # the scale is wrong itself: only the form of the lines is looked at
    assert examples_of("3 | Out", scale=None) == {"3": "Out"}
