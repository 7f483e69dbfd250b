"""The rows of docs/results/iq.md are made by recipes that exist, with what the row says it changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoring.metrics.iq.pretrain import PretrainSettings, read_pretrain_settings
from scoring.metrics.iq.results import rows
from scoring.metrics.iq.results import train as training
from scoring.metrics.iq.results.tables import facts_of, was_run
from scoring.metrics.iq.results.train import RECIPES, before, main, settings_of

TRAINED = [row for row in rows.every() if row.recipe]


def test_every_key_is_there_once() -> None:
    keys = [row.key for row in rows.every()]
    assert len(keys) == len(set(keys)) > 20


@pytest.mark.parametrize("row", TRAINED, ids=lambda row: row.key)
def test_a_row_is_its_recipe_with_its_changes(row: rows.Row) -> None:
    held = settings_of(row)
    assert (held.percent, held.name) == (row.percent, row.key)  # as the page says
    assert held.seed == row.changes.get("seed", 0)
    if "schedule.epochs" in row.changes:
        assert held.schedule.epochs == row.changes["schedule.epochs"]
    assert held.init == row.changes.get("init")


def test_no_recipe_is_left_over() -> None:
    used = {row.recipe for row in TRAINED} | {"masking", "damage"}
    assert {file.stem for file in RECIPES.glob("*.json")} == used


def test_rows_start_from_the_folders_that_the_stages_write() -> None:
    masking, damage = (read_pretrain_settings(RECIPES / f"{stage}.json") for stage in ("masking", "damage"))
    assert (masking.out, damage.init, damage.out) == (rows.MASKED, rows.MASKED, rows.DAMAGED)
    assert masking.model == damage.model == settings_of(rows.ALL).model


def test_stages_that_are_missing_are_done_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def note(held: PretrainSettings, **_: object) -> None:
        done.append(held.stage)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(training, "pretrain", note)
    before(None)
    assert done == []
    before(rows.DAMAGED)
    assert done == ["masking", "damage"]
    (tmp_path / rows.DAMAGED).mkdir(parents=True)
    (tmp_path / rows.DAMAGED / "encoder.pt").touch()
    before(rows.DAMAGED)
    assert done == ["masking", "damage"]


def test_a_row_without_a_recipe_says_so() -> None:
    with pytest.raises(LookupError, match="majority"):
        settings_of(rows.TABLE[0])


def test_the_list_names_what_is_not_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    missing = json.loads(capsys.readouterr().out)
    assert set(missing) == {row.key for row in TRAINED if not was_run(row.key)}


@pytest.mark.parametrize("row", [row for row in TRAINED if was_run(row.key)], ids=lambda row: row.key)
def test_what_is_kept_was_made_with_what_the_row_says(row: rows.Row) -> None:
    kept, wanted = facts_of(row.key)["facts"]["settings"], settings_of(row)
    assert (kept["percent"], kept["seed"], kept["leave_out"]) == (wanted.percent, wanted.seed, wanted.leave_out)
    assert kept["schedule"]["epochs"] == wanted.schedule.epochs
    assert bool(kept["init"]) == bool(wanted.init)
