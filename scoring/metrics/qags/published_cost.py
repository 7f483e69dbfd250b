"""What QAGS costs as published, with its own models and one answer and one question at a time, beside QUALS so.

The published weights cannot be had everywhere, and cost does not depend on them: the architectures are built with
random ones. Those never end a text, so each is written for as many tokens as the shipped checkpoints need on average.

    QAGS    BART-large, 10 answers x 10 beams; BERT-large, all 100 questions asked of the text, 20 of the source
            (windows of 384 tokens, beginning every 128), each in a pass of its own    (arXiv 2004.04228 and its code)
    QUALS   BART-large, 60 groups of one beam; 10 pairs behind a source read once              (arXiv 2105.04623)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    BertModel,
    GenerationConfig,
)

from scoring.metrics.backbones.load import DTYPES
from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.evaluation.kept_lines import KeptLines
from scoring.metrics.likelihood.packs import Ids, Pack
from scoring.metrics.likelihood.states import logits_of, text_states
from scoring.metrics.qags.costs import DRAWS, ratio
from scoring.metrics.quals.diverse import diverse
from scoring.metrics.tokens import tokenize

ANSWERS, BEAMS, KEPT = 10, 10, 20
GROUPS, PAIRS = 60, 10
WINDOW, STRIDE = 384, 128
AT_ONCE = 32
NAMES = ("QUALS", "QAGS, one by one", f"QAGS, {AT_ONCE} at once")
SOURCE = 1023  # tokens that BART reads


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens of what is written: a question of QAGS, an answer, and a pair of QUALS with its marks."""

    question: int
    answer: int
    pair: int


class Published:
    """The two programs over the same random BART-large."""

    def __init__(
        self,
        writer_tokenizer: Any,
        reader_tokenizer: Any,
        lengths: Lengths,
        *,
        dtype: str,
        writer: BartConfig | None = None,
        reader: BertConfig | None = None,
    ) -> None:
        """writer, reader: other sizes than BART-large and BERT-large, for tests."""
        torch.manual_seed(7)
        bart = BartConfig(forced_eos_token_id=None) if writer is None else writer
        bert = (
            BertConfig(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096)
            if reader is None
            else reader
        )
        self.writer = BartForConditionalGeneration(bart).eval().to(DTYPES[dtype])
        self.reader = BertModel(bert).eval().to(DTYPES[dtype])
        self.head = torch.nn.Linear(bert.hidden_size, 2, dtype=DTYPES[dtype])
        self.writer_tokenizer, self.reader_tokenizer, self.lengths = writer_tokenizer, reader_tokenizer, lengths

    @torch.inference_mode()
    def qags(self, item: GroundedItem, *, at_once: int = 1) -> None:
        """Questions for every answer, then answers to every question; at_once: answers, and windows, in one pass."""
        text = self._ids(item.example.text)
        asked = torch.tensor([[*text, *(5 + answer for _ in range(self.lengths.answer))] for answer in range(ANSWERS)])
        for part in asked.split(at_once):
            self.writer.generate(
                input_ids=part,
                attention_mask=torch.ones_like(part),
                generation_config=GenerationConfig(
                    num_beams=BEAMS,
                    num_return_sequences=BEAMS,
                    do_sample=False,
                    min_new_tokens=self.lengths.question,
                    max_new_tokens=self.lengths.question,
                    eos_token_id=self.writer.config.eos_token_id,
                    pad_token_id=self.writer.config.pad_token_id,
                    decoder_start_token_id=self.writer.config.decoder_start_token_id,
                ),
            )
        for context, questions in ((item.example.text, ANSWERS * BEAMS), (item.example.source or "", KEPT)):
            for window in self._windows(context):
                for part in window.expand(questions, -1).split(at_once):
                    self.head(self.reader(input_ids=part).last_hidden_state).argmax(1)

    @torch.inference_mode()
    def quals(self, item: GroundedItem) -> None:
        """As published; the pairs are read together behind a source that is read once."""
        end = int(self.writer.config.eos_token_id)
        length = self.lengths.pair
        (written,) = diverse(
            self.writer,
            [self._ids(item.example.text)],
            groups=GROUPS,
            strength=0.5,
            shortest=length - 1,
            longest=length,
            end=end,
        )
        pack = Pack(self._ids(item.example.source or ""), tuple(each.ids for each in written[:PAIRS]))
        logits_of(self.writer, text_states(self.writer, [pack], pad=end, dtype=self.writer.dtype)).log_softmax(-1)

    def _ids(self, text: str) -> Ids:
        entries = self.writer.config.vocab_size
        return tuple(each % entries for each in tokenize(self.writer_tokenizer, [text], limit=SOURCE)[0].ids)

    def _windows(self, context: str) -> list[torch.Tensor]:
        """(1, length) each: a question and a piece of the context, beginning every 128 tokens."""
        ids = tokenize(self.reader_tokenizer, [context], limit=8192)[0].ids
        head = (self.reader_tokenizer.cls_token_id,) * (self.lengths.question + 2)
        room = WINDOW - len(head) - 1
        firsts = range(0, max(len(ids) - room, 0) + STRIDE, STRIDE)
        return [torch.tensor([[*head, *ids[first : first + room], head[0]]]) for first in firsts]


def measured(published: Published, items: Sequence[GroundedItem], folder: Path) -> np.ndarray:
    """(items, 3 programs, 2): CPU and wall seconds of the programs of `NAMES` for each item.

    Each is kept in a line of folder/published.<lengths and numbers>.jsonl, so that a second call goes on.
    """
    of = published.lengths
    dtype = str(published.writer.dtype).removeprefix("torch.")
    file = folder / f"published.{of.question}-{of.answer}-{of.pair}-{dtype}.jsonl"
    kept = KeptLines(file)
    held: dict[str, Any] = dict(kept.lines)
    missing = [item for item in items if item.id not in held]
    if missing:
        published.quals(missing[0])  # kernels are chosen at the first call
    runs = (published.quals, published.qags, partial(published.qags, at_once=AT_ONCE))
    for item in missing:
        held[item.id] = [_seconds(run, item) for run in runs]
        kept.add([item.id, held[item.id]])
        print(f"{len(held)} items as published", flush=True)
    return np.array([held[item.id] for item in items])


def _seconds(run: Callable[[GroundedItem], None], item: GroundedItem) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    run(item)
    return time.process_time() - cpu, time.perf_counter() - wall


def section(spent: np.ndarray, lengths: Lengths, items: Sequence[GroundedItem], dtype: str) -> list[str]:
    """Lines of Markdown. spent: as `measured` gives it."""
    rows = [
        "| | CPU seconds an item | wall seconds an item | CPU over QUALS | wall over QUALS |",
        "|---|---|---|---|---|",
    ]
    for place, name in enumerate(NAMES):
        cells = [ratio(spent[:, place, kind].tolist(), spent[:, 0, kind].tolist(), digits=1) for kind in (0, 1)]
        cpu, wall = spent[:, place].mean(0)
        rows.append(f"| {name} | {cpu:.1f} | {wall:.1f} | {' | '.join(cells if place else ['1', '1'])} |")
    return [
        "## What both cost as published",
        "",
        "Each with the models of its paper (BART-large writes; BERT-large reads for QAGS), one item at a time:",
        "`scoring/metrics/qags/published_cost.py`. The weights are random, as cost does not depend on them; so every",
        f"question is {lengths.question} tokens long, every answer {lengths.answer} and every pair {lengths.pair},",
        f"which is what the shipped checkpoints write on average. Numbers: {dtype}.",
        f"Intervals: 95 %, from {DRAWS:,} draws of the items: {', '.join(item.id for item in items)}.",
        "",
        *rows,
        "",
        "Published for the second row: 55, on a GPU that is not named. There a pass of one row takes about as long as",
        "one of many, so that work one by one costs more than here.",
    ]
