"""Figures of predictions, as JSON.

    python -m scoring.metrics.iq.results.score SET OUT.jsonl [--threshold 0.3]

OUT.jsonl: what `python -m scoring.metrics iq` wrote for `...results.items SET`, or a kept predictions file.
Each figure: [value, low, high], 95 % interval by bootstrap over dialogues (1,000 replicates, seed 0).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scoring.metrics.iq.corpora import data_folder
from scoring.metrics.iq.results.figures import as_json, figures, human_ceiling
from scoring.metrics.iq.results.items import SETS, items
from scoring.metrics.iq.results.predictions import join, read_predictions


def main(arguments: list[str] | None = None) -> int:
    """0 when scored."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.iq.results.score", description=__doc__)
    parser.add_argument("set", choices=SETS)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--threshold", type=float, help="of the probability of a defect, for F1")
    parser.add_argument("--part", choices=("dev", "tune"), default="dev", help="of uss")
    given = parser.parse_args(arguments)
    judged = join(items(given.set, data_folder(), given.part), read_predictions(given.predictions))
    found = {
        "set": given.set,
        "turns": len(judged),
        "dialogues": len({one.dialogue for one in judged}),
        "figures": as_json(figures(judged, threshold=given.threshold)),
        "human_ceiling": human_ceiling(judged),
    }
    print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
