"""What QUALS and QAGS cost on the same batches, as rows of Markdown. A line is one of `beside_quals.measure`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

DRAWS = 2000
REST = "the rest"


def cost_rows(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Rows of Markdown: seconds and tokens an item of both, and by what factor QAGS costs more."""
    items = sum(len(line["ids"]) for line in lines)
    rows = [
        "| | CPU seconds an item | wall seconds an item | tokens read an item | tokens written an item |",
        "|---|---|---|---|---|",
    ]
    for name in ("QUALS", "QAGS"):
        cpu, wall = (sum(line[name][key] for line in lines) / items for key in ("cpu", "wall"))
        read, written = (
            sum(sum(line[name].get(key, {}).values()) for line in lines) / items for key in ("read", "written")
        )
        rows.append(f"| {name} | {cpu:.2f} | {wall:.2f} | {read:.0f} | {written:.0f} |")
    ratios = [f"{told} {_ratio(lines, key)}" for key, told in (("cpu", "CPU"), ("wall", "wall"))]
    return [*rows, "", f"QAGS over QUALS, with a 95 % interval from {DRAWS:,} draws of batches: {', '.join(ratios)}."]


def _ratio(lines: Sequence[Mapping[str, Any]], key: str) -> str:
    return ratio(*([line[name][key] for line in lines] for name in ("QAGS", "QUALS")), digits=2)


def ratio(above: Sequence[float], below: Sequence[float], *, digits: int) -> str:
    """The sum of the one over that of the other, with a 95 % interval from draws of what stands in both lists."""
    of = np.array([above, below]).T  # (batches or items, 2)
    drawn = of[np.random.default_rng(7).integers(len(of), size=(DRAWS, len(of)))].sum(1)  # (draws, 2)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    whole = of.sum(0)
    return f"{whole[0] / whole[1]:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def stage_rows(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Rows of Markdown: where the CPU seconds go, and how many tokens each stage read and wrote."""
    items = sum(len(line["ids"]) for line in lines)
    rows = [
        "| metric | stage | CPU seconds an item | share | tokens read an item | tokens written an item |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("QUALS", "QAGS"):
        whole = sum(line[name]["cpu"] for line in lines)
        stages = dict.fromkeys(stage for line in lines for stage in line[name].get("stages", {}))
        for stage in sorted(stages, key=lambda each: each == REST):
            cpu = sum(line[name]["stages"].get(stage, 0.0) for line in lines)
            read, written = (
                sum(line[name][key].get(stage, 0) for line in lines) / items for key in ("read", "written")
            )
            rows.append(f"| {name} | {stage} | {cpu / items:.3f} | {cpu / whole:.0%} | {read:.0f} | {written:.0f} |")
    return rows


def writing_lines(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """How much of the difference is the search's and not the method's: both at the same price of a position."""
    stage = {"QUALS": "write pairs", "QAGS": "write questions"}
    cpu = {name: sum(line[name].get("stages", {}).get(each, 0.0) for line in lines) for name, each in stage.items()}
    positions = {
        name: sum(line[name].get(key, {}).get(each, 0) for line in lines for key in ("read", "written"))
        for name, each in stage.items()
    }
    if not all(positions.values()):
        return []
    price = {name: cpu[name] / positions[name] for name in stage}
    whole = {name: sum(line[name]["cpu"] for line in lines) for name in stage}
    at_that = whole["QAGS"] - cpu["QAGS"] + price["QUALS"] * positions["QAGS"]
    return [
        f"While writing, a position costs QAGS {1000 * price['QAGS']:.1f} and QUALS {1000 * price['QUALS']:.1f} CPU",
        "milliseconds: both take the same steps (`asking.decoding`), a beam search also weighs and reorders. Were a",
        f"position as cheap for QAGS, it would cost {at_that / whole['QUALS']:.2f} times what QUALS costs.",
    ]
