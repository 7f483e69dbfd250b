"""Fixtures of the tests of interaction quality: tiny models of both kinds, no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("transformers")

from scoring.metrics.iq.building import Reader, build
from scoring.metrics.iq.config import ModelConfig
from scoring.metrics.iq.corpora import DataMissing, data_folder
from scoring.metrics.iq.model import IQModel
from tests.metrics.iq.worlds import register_both


@pytest.fixture(scope="session")
def tiny_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both tiny backbones, written once."""
    return register_both(tmp_path_factory.mktemp("iq"))


@pytest.fixture(autouse=True)
def tiny_registered(tiny_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are known by name."""
    monkeypatch.setenv("EVALSITE_BACKBONES", str(tiny_folders))


_RUNNING = {"positions": "running", "pool": "turn"}


@pytest.fixture(
    params=[
        ("tiny-encoder", 1, {}),
        ("tiny-roberta", 1, {}),
        ("tiny-roberta", 0, {}),
        ("tiny-encoder", 0, _RUNNING),
        ("tiny-roberta", 0, _RUNNING),
        ("tiny-encoder", 0, _RUNNING | {"context_turns": 3}),
    ],
    ids=str,
)
def world(request: pytest.FixtureRequest) -> Iterator[tuple[IQModel, Reader]]:
    """WordPiece and BPE, with and without local layers, positions that restart and that run on, both ways of reading
    a turn; the turn embeddings are random, so that they count."""
    name, local, more = request.param
    yield tiny_model(name, local, **more)


def tiny_model(name: str = "tiny-encoder", local: int = 1, **more: object) -> tuple[IQModel, Reader]:
    """A small model in eval mode."""
    import torch

    settings: dict[str, object] = {"max_turn_tokens": 24, "window_tokens": 120, "overlap_tokens": 60, **more}
    model, reader = build(ModelConfig(backbone=name, local_layers=local, **settings))  # type: ignore[arg-type]
    torch.manual_seed(1)
    for table in (model.encoder.role, model.encoder.gap, model.encoder.age, model.encoder.kind):
        torch.nn.init.normal_(table.weight, std=0.5)
    return model.eval(), reader


@pytest.fixture
def public_data() -> Path:
    """The data folder, or a skip that says where it was looked for."""
    try:
        return data_folder()
    except DataMissing as missing:
        pytest.skip(str(missing))
