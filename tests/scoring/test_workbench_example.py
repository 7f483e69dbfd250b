"""The worked example against values that were computed or published elsewhere."""

from __future__ import annotations

import pytest

from annotate.agreement.alpha import krippendorff_alpha
from scoring.correlation.ceiling import human_ceiling
from scoring.metrics.evaluation.grounded_sets import DataMissing, data_folder
from scoring.workbench_example.data import every_set
from scoring.workbench_example.metrics import usr_table
from scoring.workbench_example.people import agreement, ceilings


@pytest.fixture(scope="module")
def sets():  # type: ignore[no-untyped-def]
    try:
        return {f"{each.name} {each.dimension}": each for each in every_set(data_folder())}
    except (DataMissing, FileNotFoundError) as error:
        pytest.skip(str(error))


def test_people_are_where_others_found_them(sets) -> None:  # type: ignore[no-untyped-def]
    qags = sets["QAGS CNN/DM supported (yes/no)"].table
    assert (qags.n_items, qags.n_ratings) == (714, 2142)
    assert krippendorff_alpha(qags, "nominal", resamples=0).value == pytest.approx(0.51, abs=0.006)
    for domain, turns, spearman in (("SGD", 11_498, 0.34), ("MWOZ", 10_366, 0.27), ("ReDial", 9_712, 0.32)):
        table = sets[f"USS {domain} interaction_quality"].table
        assert table.n_items == turns
        assert human_ceiling(table, resamples=0).value == pytest.approx(spearman, abs=0.011)


def test_the_tables_are_whole_and_hold_no_text(sets) -> None:  # type: ignore[no-untyped-def]
    some = [sets["USR-Topical overall_quality"], sets["QAGS CNN/DM supported (yes/no)"]]
    for page in (agreement(some), ceilings(some)):
        lines = page.splitlines()
        assert len(lines) == 4 and len({line.count("|") for line in lines}) == 1 and "nan" not in page
    usr = usr_table(data_folder())
    assert "| all | length in words | 360 | 0.33" in usr and "| all | written by a person (oracle) | 360 | 0.77" in usr
    assert all(len(cell) < 60 for line in usr.splitlines() for cell in line.split("|"))
