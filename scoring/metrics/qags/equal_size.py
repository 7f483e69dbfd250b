"""What QAGS costs with a reader as large as its writer, measured: each batch that the reader reads goes through both.

What is answered comes from the shipped reader, whose time is taken off again. The large one has random weights, as
cost does not depend on them, and as many parameters in its layers as the writer: a BERT of base width, with more
layers.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertModel

from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.evaluation.kept_lines import KeptLines
from scoring.metrics.evaluation.remembered import file_of
from scoring.metrics.qags.costs import DRAWS, ratio
from scoring.metrics.quals.results import AT_ONCE


class Both(torch.nn.Module):
    """A reader's encoder, and beside it a larger one; small, large: CPU seconds of each so far."""

    def __init__(self, encoder: Any, larger: Any) -> None:
        super().__init__()
        self.config, self.encoder, self.larger = encoder.config, encoder, larger
        self.small = self.large = 0.0

    def forward(self, **held: torch.Tensor) -> Any:
        """What the reader's own encoder says."""
        begun = time.process_time()
        found = self.encoder(**held)
        between = time.process_time()
        self.larger(**held)
        self.small += between - begun
        self.large += time.process_time() - between
        return found


def as_large_as(writer: Any, vocabulary: int, *, like: BertConfig | None = None) -> BertModel:
    """A BERT with random weights whose layers have about as many parameters as those of a causal language model.

    like: another width than that of BERT-base, for tests.
    """
    torch.manual_seed(7)
    wanted = layer_parameters(writer.model)
    config = like or BertConfig()
    config.vocab_size, config.num_hidden_layers = vocabulary, 1
    one = layer_parameters(BertModel(config, add_pooling_layer=False))
    config.num_hidden_layers = max(round(wanted / one), 1)
    return BertModel(config, add_pooling_layer=False).eval()


def layer_parameters(model: Any) -> int:
    """Parameters of a model without those of its embeddings."""
    return sum(
        each.numel()
        for name, each in model.named_parameters()
        if "embeddings" not in name and "embed_tokens" not in name
    )


def measured(quals: Any, qags: Any, items: Sequence[GroundedItem], folder: Path) -> tuple[int, list[dict[str, float]]]:
    """(parameters of the layers of the large reader, a line for each batch of items).

    A line has CPU seconds: quals, qags (with the large reader), shipped (with its own). It is kept in
    folder/equal.<signatures>.jsonl, so that a second call goes on. The encoder of qags is as before in the end.
    """
    kept = KeptLines(file_of(folder, [quals.signature, qags.signature], "equal"))
    done = {item for line in kept.lines for item in line["ids"]}
    queue = [
        [item for item in items[first : first + AT_ONCE] if item.id not in done]
        for first in range(0, len(items), AT_ONCE)
    ]
    encoder = qags.reader.model.encoder
    larger = as_large_as(qags.language.model, encoder.config.vocab_size).to(encoder.dtype)
    both = qags.reader.model.encoder = Both(encoder, larger)
    try:
        for batch in filter(None, queue):
            examples = [item.example for item in batch]
            both.small = both.large = 0.0
            begun = time.process_time()
            quals.score(examples)
            between = time.process_time()
            qags.score(examples)
            spent = time.process_time() - between
            kept.add(
                {
                    "ids": [item.id for item in batch],
                    "quals": round(between - begun, 4),
                    "qags": round(spent - both.small, 4),
                    "shipped": round(spent - both.large, 4),
                }
            )
            print(f"{len(kept.lines)} batches at equal size", flush=True)
    finally:
        qags.reader.model.encoder = encoder
    wanted = {item.id for item in items}
    return layer_parameters(larger), [line for line in kept.lines if wanted.issuperset(line["ids"])]


def section(parameters: int, writer: int, lines: Sequence[dict[str, Any]]) -> list[str]:
    """Lines of Markdown. writer: parameters of the layers of the writer; lines: as `measured` gives them."""
    count = sum(len(line["ids"]) for line in lines)

    def row(name: str, key: str) -> str:
        cpu = [line[key] for line in lines]
        over = "1" if key == "quals" else ratio(cpu, [line["quals"] for line in lines], digits=2)
        return f"| {name} | {sum(cpu) / count:.2f} | {over} |"

    return [
        "## What both cost at equal size",
        "",
        f"QAGS with a reader of {parameters / 1e6:.0f} million parameters in its layers, its writer having",
        f"{writer / 1e6:.0f} million: `scoring/metrics/qags/equal_size.py`. Its weights are random, as cost does not",
        "depend on them; what is answered comes from the shipped reader, whose time is taken off.",
        f"{count} items, the first of each set, in batches of {AT_ONCE}; 95 %, from {DRAWS:,} draws of batches.",
        "",
        "| | CPU seconds an item | over QUALS |",
        "|---|---|---|",
        row("QUALS", "quals"),
        row("QAGS, a reader of its writer's size", "qags"),
        row("QAGS, the shipped reader, same batches", "shipped"),
    ]
