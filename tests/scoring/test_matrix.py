"""The matrix counts every compared turn once, in the cell whose filter leads back to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.models import Turn
from scoring.actions.refresh_comparisons import refresh_comparisons
from scoring.models import Comparison
from scoring.selectors.disagreement import disagreements
from scoring.selectors.matrix import in_bins, matrix
from tests.scoring.test_analyses import predict, world
from tests.scoring.worlds import make_checkpoint

pytestmark = pytest.mark.django_db


def test_every_cell_leads_to_as_many_turns_as_it_says() -> None:
    corpus, checkpoint = world(), make_checkpoint("iq")
    predict(corpus, checkpoint, lambda turn: 1 + turn.pk % 9 / 2)
    refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True)
    found = matrix(corpus=corpus, checkpoint=checkpoint)
    assert found is not None and found.points == [1, 2, 3, 4, 5] and found.total == Turn.objects.count() == 48
    seen: set[int] = set()
    for people, cells in found.rows:
        for model, count in cells:
            filters = {"people": f"{people:g}", "model": f"{model:g}"}
            there = disagreements(corpus=corpus, checkpoint=checkpoint, order="gap", filters=filters, after=None)
            keys = {row.pk for row in there}
            assert len(keys) == count and not keys & seen
            seen |= keys
            for row in there:
                assert abs(row.model - model) <= 0.5 and abs(row.human - people) <= 0.5
    assert len(seen) == 48


@given(people=st.text(max_size=4), model=st.sampled_from(["nan", "9", "1e400", "-1", "", "3.0"]))
def test_strange_points_ask_nothing_and_break_nothing(people: str, model: str) -> None:
    str(in_bins(Comparison.objects.all(), [1.0, 2.0, 3.0], people=people, model=model).query)


def test_labels_have_no_matrix() -> None:
    checkpoint = make_checkpoint("iq")
    checkpoint.dimension_version.scale = [{"value": "Happy"}, {"value": "Sad"}]
    assert matrix(corpus=world(conversations=1), checkpoint=checkpoint) is None
