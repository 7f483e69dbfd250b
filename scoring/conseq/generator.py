"""A language model that answers prompts: written with, or trained through LoRA adapters."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from scoring.conseq.items import Item
from scoring.conseq.loss import Contrast, contrastive_loss
from scoring.conseq.prompt import Prompter
from scoring.conseq.settings import Settings
from scoring.metrics.asking import loop
from scoring.metrics.asking.adapted import AdapterConfig, is_adapter, quick_to_train, with_adapters
from scoring.metrics.asking.writing import from_the_top, greedy, write_behind
from scoring.metrics.backbones.load import DTYPES, load_language_model, load_tokenizer
from scoring.metrics.checkpoints.weights import require
from scoring.metrics.likelihood.packs import Ids


class Generator:
    """A backbone, and over it the adapters of a folder that `fit` wrote; None: as it was pretrained."""

    def __init__(self, settings: Settings, adapters: Path | None = None, *, device: str = "cpu") -> None:
        self.settings, self.device = settings, device
        self.prompter = Prompter(load_tokenizer(settings.backbone))
        self.model: Any = load_language_model(settings.backbone, device=device, dtype=settings.dtype)
        self._adapters = adapters

    def write(self, items: Sequence[Item], *, samples: int | None = None) -> list[list[str]]:
        """Texts for each item: one, the likeliest token at each step; or so many samples from the top k.

        The same items in one call give the same samples.
        """
        if self._adapters is not None:
            self.model = self._adapted().merge_and_unload().eval()
            self._adapters = None
        held, named = self.settings, " ".join(item.id for item in items)
        seed = int.from_bytes(hashlib.sha256(f"{held.seed} {named}".encode()).digest()[:4])
        written = write_behind(
            self.model,
            [self.prompter.prompt(item) for item in items],
            from_the_top(held.top_k, seed) if samples else greedy,
            copies=samples or 1,
            shortest=held.shortest,
            longest=held.longest,
            end=self.prompter.end,
        )
        return [[self.prompter.text(each.ids) for each in texts] for texts in written]

    def contrast(self, item: Item, positive: str, negative: str | None = None) -> Contrast:
        """What is learned from an item."""
        answer: Ids | None = None if negative is None else self.prompter.answer(negative)
        return Contrast(self.prompter.prompt(item), self.prompter.answer(positive), answer)

    def fit(self, contrasts: Sequence[Contrast], folder: Path, *, epochs: int, rate: float) -> dict[str, Any]:
        """Train the adapters and keep them in `folder`, where a stopped training goes on; facts: steps, seconds, loss.

        Begins with the adapters of this generator, if it has any.
        """
        torch.manual_seed(self.settings.seed)
        quick_to_train(self.model, self.device)
        adapted = self._adapted()
        dtype = DTYPES[self.settings.dtype]

        def loss(batch: Sequence[Contrast]) -> torch.Tensor:
            with torch.autocast(self.device, dtype=dtype, enabled=dtype != torch.float32):
                return contrastive_loss(adapted.get_base_model(), batch, pad=self.prompter.end, dtype=dtype)

        once = loop.alike(contrasts, self.settings.batch, length=lambda each: each.pack.length)
        task = loop.Task(
            adapted, is_adapter, once * epochs, loss, lambda batch: sum(each.pack.length for each in batch)
        )
        return loop.train(task, folder, minutes=float("inf"), rate=rate)

    def _adapted(self) -> Any:
        held = self.settings
        adapted = with_adapters(self.model, AdapterConfig(held.backbone, held.rank, 2 * held.rank))
        if self._adapters is not None:
            tensors = load_file(self._adapters / loop.TENSORS)
            state = {name: each for name, each in adapted.state_dict(keep_vars=True).items() if is_adapter(name)}
            require(tensors, {name: tuple(each.shape) for name, each in state.items()}, where=str(self._adapters))
            with torch.no_grad():
                for name, each in state.items():
                    each.copy_(tensors[name])
        return adapted
