"""The two trained parts of QAGS, in one checkpoint: a writer of questions and a reader of answers."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from scoring.metrics.api import Unavailable
from scoring.metrics.asking.adapted import BERT, AdapterConfig, is_adapter, with_adapters
from scoring.metrics.backbones.load import load_encoder, load_tokenizer
from scoring.metrics.checkpoints.folder import Checkpoint
from scoring.metrics.checkpoints.weights import load_into
from scoring.metrics.likelihood.language_model import LanguageModel
from scoring.metrics.likelihood.states import is_encoder_decoder
from scoring.metrics.qags.reader import Reader, SpanModel


@dataclass(frozen=True, slots=True)
class QagsConfig:
    """What the adapters of the writer and of the reader are adapters of."""

    writer: str
    writer_rank: int
    writer_alpha: int
    reader: str
    reader_rank: int
    reader_alpha: int


def is_trained(name: str) -> bool:
    """Whether a tensor of the writer or of the reader belongs to the checkpoint: adapters, and the reader's head."""
    return is_adapter(name) or name.split(".")[-2:-1] == ["head"]


def load_parts(checkpoint: Checkpoint, config: QagsConfig, *, device: str, dtype: str) -> tuple[LanguageModel, Reader]:
    """The writer and the reader with their adapters merged. Raises `WrongTensors`, `Unavailable`."""
    language = LanguageModel(config.writer, device=device, dtype=dtype)
    if is_encoder_decoder(language.model):
        raise Unavailable(f"QAGS writes with a causal language model; {config.writer} has an encoder.")
    writer = with_adapters(language.model, AdapterConfig(config.writer, config.writer_rank, config.writer_alpha))
    encoder = load_encoder(config.reader, device=device, dtype=dtype)
    reader = SpanModel(
        with_adapters(encoder, AdapterConfig(config.reader, config.reader_rank, config.reader_alpha), targets=BERT)
    ).to(device)
    load_into(torch.nn.ModuleDict({"writer": writer, "reader": reader}), checkpoint, expected=is_trained)
    language.model = writer.merge_and_unload().eval()
    reader.encoder = reader.encoder.merge_and_unload()
    return language, Reader(reader.eval(), load_tokenizer(config.reader), device=device)
