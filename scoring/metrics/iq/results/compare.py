"""Whether kept predictions are what the shipped checkpoint says today.

python -m scoring.metrics.iq.results.compare KEPT.jsonl OUT.jsonl [--tolerance 0.002]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scoring.metrics.iq.results.predictions import read_predictions


def largest_difference(kept: Path, scored: Path) -> tuple[float, int]:
    """Between values of the same turns, and of how many turns. KeyError where one of `kept` is missing."""
    old, new = read_predictions(kept), read_predictions(scored)
    apart = [
        abs(given["value"] - new[dialogue][turn]["value"]) for dialogue in old for turn, given in old[dialogue].items()
    ]
    return max(apart, default=0.0), len(apart)


def main(arguments: list[str] | None = None) -> int:
    """0 where all values agree, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.iq.results.compare", description=__doc__)
    parser.add_argument("kept", type=Path)
    parser.add_argument("scored", type=Path)
    parser.add_argument("--tolerance", type=float, default=0.002)
    given = parser.parse_args(arguments)
    apart, turns = largest_difference(given.kept, given.scored)
    print(f"{given.kept.name}: {turns} turns, largest difference {apart:.5f} (allowed {given.tolerance})")
    return 0 if apart <= given.tolerance else 1


if __name__ == "__main__":
    sys.exit(main())
