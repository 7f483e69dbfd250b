"""What people would say of each item: the rater model of one corpus and dimension, to measure models against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotate.agreement.table import RatingTable
from annotate.models import Corpus, DimensionVersion
from annotate.rater_model import RaterModel, TooFewRatings, fit_rater_model
from annotate.selectors.given import newest_rating, submitted_tasks
from scoring.analyses.data import ratings_of
from scoring.disagreement import Disagreements, beyond_the_ceiling


@dataclass(frozen=True, eq=False)
class People:
    """seen: the newest rating and the submitted tasks when ratings were read; place: turn id -> place in the table."""

    seen: tuple[int, int]
    fitted: RaterModel
    place: dict[int, int]

    def against(self, turns: Sequence[int], values: Sequence[float]) -> Disagreements:
        """How far values on the human scale lie outside what another person would say. Raises KeyError for a turn
        that nobody had rated."""
        return beyond_the_ceiling(self.fitted, np.array([self.place[turn] for turn in turns]), np.array(values))


def people_of(corpus: Corpus, version: DimensionVersion) -> People | None:
    """None for labels, and where no turn has two raters or all say the same. 100,000 turns: four seconds."""
    dimension = version.dimension
    if dimension.kind != "number":
        return None
    seen = newest_rating(), submitted_tasks().get(corpus.pk, 0)  # before the ratings are read
    judged = [each for each in ratings_of(corpus, dimension, version=version) if each.item > 0]
    table = RatingTable.of([(each.conversation, each.item, each.rater, each.value) for each in judged])
    try:
        fitted = fit_rater_model(table)
    except TooFewRatings:
        return None
    # The table numbers items in order of appearance, as a dict does.
    return People(seen, fitted, {item: at for at, item in enumerate(dict.fromkeys(each.item for each in judged))})
