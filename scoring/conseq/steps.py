"""The steps of a run, each kept in its folder: a step that is there is not made again, one that was stopped goes on.

settings.json  train.jsonl  held-out.jsonl
fine-tuned/                          adapters of plain fine-tuning
samples.jsonl                        {"id", "texts"} of the fine-tuned generator, for the training inputs
scores.quals.jsonl  scores.rouge.jsonl      {"id", "reference", "samples"}
chosen.quals.jsonl  chosen.rouge.jsonl      {"id", "sample", "sample_score", "reference_score"}
conseq-quals/  conseq-rouge/         adapters that went on from the fine-tuned ones
outputs.<system>.jsonl               {"id", "text"} for the held-out inputs
signatures.json                      of QUALS
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from scoring.conseq.choosing import Chosen, choose
from scoring.conseq.generator import Generator
from scoring.conseq.items import Item, read_items
from scoring.conseq.kept import Line, each_once, read_lines
from scoring.conseq.loss import Contrast
from scoring.conseq.scores import by_metric, by_rouge
from scoring.conseq.settings import Settings
from scoring.metrics import registry
from scoring.metrics.api import Metric

TRAIN, HELD_OUT = "train.jsonl", "held-out.jsonl"
TAKEN = "inputs.txt"  # where the inputs came from, as the arguments of the command
TUNED = "fine-tuned"
RECIPES = {"quals": "conseq-quals", "rouge": "conseq-rouge"}
"""What chooses -> folder of the generator that it trained."""
UNTRAINED = "untrained"
SYSTEMS = (UNTRAINED, TUNED, *RECIPES.values())
_AT_ONCE = 16  # inputs


class Run:
    """A folder with its settings and inputs, and the steps over them."""

    def __init__(self, folder: Path, *, device: str = "cpu") -> None:
        self.folder, self.device = folder, device
        self.settings = Settings.of(folder)
        self.train, self.held_out = read_items(folder / TRAIN), read_items(folder / HELD_OUT)

    def tune(self) -> None:
        """Maximum likelihood on the references of the training inputs."""
        generator = Generator(self.settings, device=self.device)
        contrasts = [generator.contrast(item, item.reference) for item in self.train]
        self._fit(generator, contrasts, TUNED, epochs=self.settings.tune_epochs, rate=self.settings.tune_rate)

    def sample(self) -> dict[str, Line]:
        """Samples of the fine-tuned generator for the training inputs."""
        file = self.folder / "samples.jsonl"
        if len(read_lines(file)) == len(self.train):
            return read_lines(file)
        generator = Generator(self.settings, self.folder / TUNED, device=self.device)

        def work(items: Sequence[Item]) -> list[Line]:
            return [{"texts": texts} for texts in generator.write(items, samples=self.settings.samples)]

        return each_once(file, self.train, work, at_once=_AT_ONCE)

    def score(self) -> None:
        """Samples and references of the training inputs, by QUALS and by ROUGE."""
        samples = {key: line["texts"] for key, line in self.sample().items()}
        file = self.folder / "scores.quals.jsonl"
        if len(read_lines(file)) < len(self.train):
            metric = self.quals()
            (self.folder / "signatures.json").write_text(json.dumps({"quals": metric.signature}) + "\n")
            each_once(file, self.train, by_metric(metric, samples), at_once=4)
        each_once(self.folder / "scores.rouge.jsonl", self.train, by_rouge(samples), at_once=len(self.train))

    def choose(self) -> dict[str, list[Chosen]]:
        """By recipe, what is learned from. ROUGE gets as many inputs as QUALS: references do not divide them."""
        found: dict[str, list[Chosen]] = {}
        for recipe in RECIPES:
            scores = read_lines(self.folder / f"scores.{recipe}.jsonl")
            found[recipe] = choose(
                {key: line["reference"] for key, line in scores.items()},
                {key: line["samples"] for key, line in scores.items()},
                worst=self.settings.worst,
                best=self.settings.best,
                most=None if recipe == "quals" else len(found["quals"]),
            )
            lines = [json.dumps(asdict(each)) + "\n" for each in found[recipe]]
            (self.folder / f"chosen.{recipe}.jsonl").write_text("".join(lines), encoding="utf-8")
            print(f"{recipe}: {len(found[recipe])} of {len(self.train)} inputs chosen", flush=True)
        return found

    def contrast(self) -> None:
        """Go on from the fine-tuned generator on what each recipe chose. Raises ValueError where that is nothing."""
        samples, items = self.sample(), {item.id: item for item in self.train}
        for recipe, chosen in self.choose().items():
            if not chosen:
                raise ValueError(
                    f"{recipe} chose nothing of {len(items)} inputs: more inputs or larger shares are needed"
                )
            generator = Generator(self.settings, self.folder / TUNED, device=self.device)
            contrasts = [
                generator.contrast(items[each.id], items[each.id].reference, samples[each.id]["texts"][each.sample])
                for each in chosen
            ]
            held = self.settings
            self._fit(generator, contrasts, RECIPES[recipe], epochs=held.contrast_epochs, rate=held.contrast_rate)

    def write(self) -> dict[str, dict[str, str]]:
        """system -> id -> what it says to each held-out input, greedily."""
        found = {}
        for system in SYSTEMS:
            file = self.folder / f"outputs.{system}.jsonl"
            if len(read_lines(file)) < len(self.held_out):
                folder = None if system == UNTRAINED else self.folder / system
                generator = Generator(self.settings, folder, device=self.device)

                def work(items: Sequence[Item], generator: Generator = generator) -> list[Line]:
                    return [{"text": texts[0]} for texts in generator.write(items)]

                each_once(file, self.held_out, work, at_once=_AT_ONCE)
            found[system] = {key: line["text"] for key, line in read_lines(file).items()}
        return found

    def quals(self) -> Metric:
        """The QUALS that chooses and measures, loaded."""
        held = self.settings
        return registry.load("quals", device=self.device, preset=held.quals_preset, dtype=held.quals_dtype)

    def _fit(self, generator: Generator, contrasts: Sequence[Contrast], name: str, *, epochs: int, rate: float) -> None:
        facts = generator.fit(contrasts, self.folder / name, epochs=epochs, rate=rate)
        print(f"{name}: {facts['steps']} steps, {facts['tokens']} tokens, {facts['seconds']:.0f} s", flush=True)
