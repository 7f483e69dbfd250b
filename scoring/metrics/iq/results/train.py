"""Train rows of the page and keep what they predict; a stage of pre-training that a row starts from comes first.

    python -m scoring.metrics.iq.results.train ROW [ROW ...]

Goes on where it was stopped. A row is about 15 minutes on one core; `--list` names the rows that are not kept yet.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scoring.metrics.iq.pretrain import pretrain, read_pretrain_settings
from scoring.metrics.iq.results.items import SETS
from scoring.metrics.iq.results.keep import keep_run
from scoring.metrics.iq.results.rows import Row, every
from scoring.metrics.iq.results.tables import was_run
from scoring.metrics.iq.settings import TrainSettings, load_document, settings_from
from scoring.metrics.iq.train import train

RECIPES = Path(__file__).resolve().parents[1] / "recipes"


def settings_of(row: Row) -> TrainSettings:
    """What the row is trained with. Raises LookupError where it has no recipe."""
    if row.recipe is None:
        raise LookupError(f"nothing is trained for the row {row.key!r}, or its recipe is older than this version")
    document = load_document(RECIPES / f"{row.recipe}.json")
    for name, value in row.changes.items():
        table, _, inner = name.rpartition(".")
        (document[table] if table else document)[inner] = value
    return settings_from({**document, "name": row.key, "out": f"var/iq/{row.key}"}, row.key)


def before(init: str | None) -> None:
    """The stages of pre-training up to the folder `init`, where they are not done."""
    if init is None or (Path(init) / "encoder.pt").exists():
        return
    stages = (read_pretrain_settings(RECIPES / f"{stage}.json") for stage in ("masking", "damage"))
    stage = next(one for one in stages if one.out == init)
    before(stage.init)
    pretrain(stage, progress=_show)


def make(row: Row, sets: Sequence[str]) -> None:
    """Train the row, and keep its predictions."""
    held = settings_of(row)
    before(held.init)
    train(held, progress=_show)
    keep_run(row.key, Path(held.out), sets, ("online",))


def _show(done: int, total: int, note: str) -> None:
    if done % 50 == 0 or done == total:
        print(f"{done}/{total} {note}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """0 when the rows are kept."""
    rows: dict[str, Any] = {row.key: row for row in every() if row.recipe}
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.iq.results.train", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[[], *rows], metavar="ROW", help=", ".join(rows))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=["uss"])
    parser.add_argument("--list", action="store_true", help="print the rows that are not kept yet, as JSON")
    given = parser.parse_args(arguments)
    if given.list:
        print(json.dumps([key for key in rows if not was_run(key)]))
        return 0
    for key in given.rows:
        make(rows[key], given.sets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
