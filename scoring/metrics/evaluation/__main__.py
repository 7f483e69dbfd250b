"""Public judged texts through the command line.

python -m scoring.metrics.evaluation write SET IN.jsonl        input lines for `python -m scoring.metrics`
python -m scoring.metrics.evaluation agree SET OUT.jsonl ...   its output against the human scores
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scoring.metrics.evaluation.grounded_sets import SETS, DataMissing, GroundedItem, data_folder, read
from scoring.metrics.lines import unparse


def main(arguments: list[str] | None = None) -> int:
    """0 when done, 2 when the data or a file is not what it should be."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.evaluation", description=__doc__)
    parser.add_argument("verb", choices=["write", "agree"])
    parser.add_argument("set", choices=list(SETS))
    parser.add_argument("files", nargs="+", type=Path)
    given = parser.parse_args(arguments)
    try:
        items = read(given.set, data_folder())
        for file in given.files:
            if given.verb == "write":
                _write(items, file)
            else:
                _agree(given.set, items, file)
    except (DataMissing, ValueError, KeyError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 0


def _write(items: list[GroundedItem], file: Path) -> None:
    lines = [json.dumps(unparse(item.example), ensure_ascii=False) + "\n" for item in items]
    file.write_text("".join(lines), encoding="utf-8")


def _agree(name: str, items: list[GroundedItem], file: Path) -> None:
    # Deferred: numpy and scipy are needed for this verb only.
    from scoring.metrics.evaluation.agreement_with_people import figures

    scored = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    if [line["id"] for line in scored] != [item.id for item in items]:
        raise ValueError(f"{file} does not hold the {len(items)} items of {name} in their order")
    kept = [(line["value"], item) for line, item in zip(scored, items, strict=True) if line["value"] is not None]
    found = figures([value for value, _ in kept], [item.human for _, item in kept], [item.group for _, item in kept])
    shown = ", ".join(f"{each.name} {each.value:.3f} [{each.low:.3f}, {each.high:.3f}]" for each in found)
    print(f"{name}: {scored[0]['signature']}: {shown}; {len(kept)} of {len(items)} scored")


if __name__ == "__main__":
    sys.exit(main())
