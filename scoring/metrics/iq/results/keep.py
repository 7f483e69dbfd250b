"""Keep what a trained row predicts, so that the page can be made again without training.

    python -m scoring.metrics.iq.results.keep ROW RUN_FOLDER [--sets uss topical-chat fed]

RUN_FOLDER: what `scoring.metrics.iq.train` wrote. Writes docs/results/iq/<ROW>.json (settings, log, threshold,
hardware, commit) and docs/results/iq/<ROW>.<set>.jsonl.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from scoring.metrics.evaluation.circumstances import commit, hardware
from scoring.metrics.iq.corpora import Conversation, data_folder
from scoring.metrics.iq.metric import IQ
from scoring.metrics.iq.results.items import SETS, items
from scoring.metrics.iq.results.predictions import write_predictions

KEPT = Path(__file__).resolve().parents[4] / "docs" / "results" / "iq"


def kept_rows(metric: IQ, conversations: Sequence[Conversation]) -> Iterator[dict[str, Any]]:
    """What the metric says about the rated turns, a dialogue a line."""
    scores = metric.score([conversation.dialogue for conversation in conversations])
    for conversation, given in zip(conversations, scores, strict=True):
        turns = [turn for turn in conversation.rated if given[turn].value is not None]
        yield {
            "id": conversation.id,
            "turns": turns,
            "value": [round(given[turn].value or 0.0, 4) for turn in turns],
            "defect": [given[turn].evidence["defect_probability"] for turn in turns],
            "low": [round(given[turn].low or 0.0, 4) for turn in turns],
            "high": [round(given[turn].high or 0.0, 4) for turn in turns],
        }


def keep(row: str, checkpoint: Path, facts: dict[str, Any], sets: Sequence[str], modes: Sequence[str]) -> None:
    """Write the files of one row."""
    kept: dict[str, Any] = {"facts": facts, "hardware": hardware(), "commit": commit(), "modes": {}}
    for mode in modes:
        metric = IQ.load(checkpoint=checkpoint, mode=mode)
        name = row if mode == "online" else f"{row}.{mode}"
        kept["modes"][mode] = {
            "signature": metric.signature,
            "defect_threshold": metric.calibration.defect_threshold,
        }
        for one in sets:
            write_predictions(KEPT / f"{name}.{one}.jsonl", kept_rows(metric, items(one, data_folder())))
    (KEPT / f"{row}.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def keep_run(row: str, run: Path, sets: Sequence[str], modes: Sequence[str]) -> None:
    """Write the files of a row from the folder that its training wrote."""
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    for one in (facts, *facts.get("pretraining", [])):
        for name in ("out", "init"):  # which folder it was in matters to nobody else
            one["settings"][name] = one["settings"][name] and Path(one["settings"][name]).name
    keep(row, run / "checkpoint", facts, sets, modes)


def main(arguments: list[str] | None = None) -> int:
    """0 when kept."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.iq.results.keep", description=__doc__)
    parser.add_argument("row")
    parser.add_argument("run", type=Path)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=["uss"])
    parser.add_argument("--modes", nargs="+", choices=("online", "retrospective"), default=["online"])
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    keep_run(given.row, given.run, given.sets, given.modes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
