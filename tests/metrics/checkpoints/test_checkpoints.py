"""A checkpoint folder: written, read back, and refused for each thing that can be wrong with it."""

import ast
import json
from pathlib import Path

import pytest
import torch

from scoring.metrics import checkpoints
from scoring.metrics.api import Dialogue, DialogueTurn, Unavailable
from scoring.metrics.checkpoints import Source, check_golden, default_checkpoint, read_checkpoint, shipped
from scoring.metrics.checkpoints.folder import HEAD, WEIGHTS, sha256_of
from scoring.metrics.checkpoints.weights import load_into, read_tensors
from scoring.metrics.checkpoints.write import add_golden, replace_card, write_checkpoint
from tests.metrics.checkpoints.toy_metric import Config, Toy

EXAMPLE = Dialogue("d", (DialogueTurn("A", "one two three"), DialogueTurn("B", "")))


def write(folder: Path, **changes: object) -> checkpoints.Checkpoint:
    given: dict = {
        "metric": "toy",
        "name": "one",
        "config": {"unit": "words"},
        "tensors": {"weight": torch.tensor([[0.5]]), "bias": torch.tensor([1.0])},
        "card": "# Toy\n",
        "command": "make toy",
        "data": [Source("ours", "CC0-1.0", "train")],
        "licence": "Apache-2.0",
    }
    return write_checkpoint(folder, **{**given, **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good checkpoint with golden examples."""
    folder = tmp_path / "toy-one"
    write(folder)
    add_golden(folder, Toy.load(checkpoint=folder, device="cpu"), [EXAMPLE], tolerance=1e-3)
    return folder


def test_what_was_written_is_read_back(folder: Path) -> None:
    held = read_checkpoint(folder, metric="toy")
    assert (held.name, held.command, held.licence, held.research_only) == ("one", "make toy", "Apache-2.0", False)
    assert held.data == (Source("ours", "CC0-1.0", "train"),)
    assert held.config_as(Config) == Config("words", 1.0)
    assert sorted(entry.name for entry in folder.iterdir()) == [
        "card.md",
        "checkpoint.json",
        "golden.jsonl",
        "weights.safetensors",
    ]
    assert check_golden(Toy.load(checkpoint=folder, device="cpu"), folder) == 2
    assert checkpoints.read_header(folder) == held
    assert checkpoints.read_card(folder) == "# Toy\n"


def test_weights_are_stored_in_half_precision(tmp_path: Path) -> None:
    write(tmp_path / "c", tensors={"w": torch.rand(100, 100), "n": torch.arange(3)})
    assert (tmp_path / "c" / WEIGHTS).stat().st_size < 21_000
    tensors = read_tensors(read_checkpoint(tmp_path / "c"))
    assert tensors["w"].dtype == torch.float32
    assert tensors["n"].dtype == torch.int64


def test_a_weight_that_half_precision_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'w' does not fit into fp16"):
        write(tmp_path / "c", tensors={"w": torch.tensor([1e6])})
    assert not (tmp_path / "c").exists()
    assert list(tmp_path.iterdir()) == []


def test_the_digest_is_of_what_can_change_a_score(folder: Path, tmp_path: Path) -> None:
    digest = read_checkpoint(folder).digest
    assert write(tmp_path / "same").digest == digest
    assert write(tmp_path / "named", name="two", default=True).digest == digest
    assert replace_card(folder, "# Toy, mended\n").digest == digest
    assert write(tmp_path / "c", config={"unit": "letters"}).digest != digest
    assert write(tmp_path / "w", tensors={"weight": torch.ones(1, 1), "bias": torch.ones(1)}).digest != digest
    assert write(tmp_path / "m", more={"calibration.json": b"{}"}).digest != digest
    assert checkpoints.folder_digest(folder) == digest
    assert read_checkpoint(folder).short == digest[:8]


@pytest.mark.parametrize("file", [WEIGHTS, "card.md", "golden.jsonl"])
def test_changed_bytes_are_noticed(folder: Path, file: str) -> None:
    content = bytearray((folder / file).read_bytes())
    content[-1] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(checkpoints.ChangedBytes, match=file):
        read_checkpoint(folder)


def test_missing_and_unlisted_files_are_named(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    (folder / "model.pkl").write_bytes(b"")
    with pytest.raises(checkpoints.UnexpectedFiles, match=r"missing: weights.safetensors; not listed: model.pkl"):
        read_checkpoint(folder)


def head(folder: Path, **changes: object) -> None:
    held = json.loads((folder / HEAD).read_text())
    (folder / HEAD).write_text(json.dumps({**held, **changes}))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": 2}, "the format must be 1"),
        ({"licence": 3}, "wrong type: licence"),
        ({"extra": 1}, "unknown: extra"),
        ({"files": {"../evil.json": "0"}}, "plain names only"),
        ({"files": {}}, "must list weights.safetensors"),
        ({"data": [{"name": "x"}]}, "data must list objects"),
    ],
)
def test_a_wrong_head_is_refused(folder: Path, changes: dict, says: str) -> None:
    head(folder, **changes)
    with pytest.raises(checkpoints.BadCheckpoint, match=says):
        read_checkpoint(folder)


def test_no_head_and_no_json_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(checkpoints.BadCheckpoint, match="is not a checkpoint"):
        read_checkpoint(tmp_path)
    (folder / HEAD).write_text("{")
    with pytest.raises(checkpoints.BadCheckpoint, match="cannot be read"):
        read_checkpoint(folder)


def test_another_metrics_folder_is_refused(folder: Path) -> None:
    with pytest.raises(checkpoints.WrongMetric, match="'toy', not of 'iq'"):
        read_checkpoint(folder, metric="iq")


def test_config_keys_are_strict(tmp_path: Path) -> None:
    with pytest.raises(checkpoints.UnknownConfigKeys, match="layers"):
        write(tmp_path / "a", config={"unit": "words", "layers": 3}).config_as(Config)
    with pytest.raises(checkpoints.MissingConfigKeys, match="unit"):
        write(tmp_path / "b", config={}).config_as(Config)


def test_tensors_are_strict_and_the_module_stays_untouched(tmp_path: Path) -> None:
    layer = torch.nn.Linear(1, 1)
    before = layer.weight.item()
    tensors = {"weight": torch.zeros(2, 2), "other": torch.zeros(1)}
    with pytest.raises(checkpoints.WrongTensors) as raised:
        load_into(layer, write(tmp_path / "c", tensors=tensors))
    assert "missing: bias; unexpected: other; of another shape: weight is (2, 2), not (1, 1)" in str(raised.value)
    assert layer.weight.item() == before


def test_only_the_expected_part_of_a_module_is_filled(tmp_path: Path) -> None:
    model = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Linear(1, 1))
    before = model[0].weight.item()
    held = write(tmp_path / "c", tensors={"1.weight": torch.tensor([[2.0]]), "1.bias": torch.tensor([3.0])})
    load_into(model, held, expected=lambda name: name.startswith("1."))
    assert (model[0].weight.item(), model[1].weight.item(), model[1].bias.item()) == (before, 2.0, 3.0)


def test_golden_values_that_moved_are_told(folder: Path) -> None:
    metric = Toy.load(checkpoint=folder, device="cpu")
    with torch.no_grad():
        metric.layer.bias += 0.1
    with pytest.raises(checkpoints.GoldenMismatch, match=r"1 golden values are off: d\[0\]: 2\.59"):
        check_golden(metric, folder)


def test_a_null_that_became_a_value_is_a_mismatch(folder: Path) -> None:
    lines = (folder / "golden.jsonl").read_text().replace("null", "1.0")
    (folder / "golden.jsonl").write_text(lines)
    with pytest.raises(checkpoints.GoldenMismatch, match=r"d\[1\]: None instead of 1.0"):
        check_golden(Toy(torch.nn.Linear(1, 1), ""), folder)


def test_no_golden_is_not_a_pass(tmp_path: Path) -> None:
    write(tmp_path / "c")
    metric = Toy.load(checkpoint=tmp_path / "c", device="cpu")
    with pytest.raises(checkpoints.NoGolden):
        check_golden(metric, tmp_path / "c")
    with pytest.raises(ValueError, match="at least one"):
        add_golden(tmp_path / "c", metric, [], tolerance=0.1)


def test_a_weight_file_that_is_no_safetensors_is_refused_without_unpickling(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(b"\x80\x04cos\nsystem\n")
    held = json.loads((folder / HEAD).read_text())
    held["files"][WEIGHTS] = sha256_of(folder / WEIGHTS)
    (folder / HEAD).write_text(json.dumps(held))
    with pytest.raises(checkpoints.BadCheckpoint, match="cannot be read as safetensors"):
        Toy.load(checkpoint=folder, device="cpu")


def test_writing_replaces_and_refuses_odd_names(folder: Path) -> None:
    write(folder, name="again")
    assert read_checkpoint(folder).name == "again"
    with pytest.raises(ValueError, match=r"weights\.safetensors"):
        write(folder, more={WEIGHTS: b""})
    with pytest.raises(ValueError, match="evil"):
        write(folder, more={"../evil.json": b""})


def test_the_default_is_the_one_marked(tmp_path: Path) -> None:
    assert default_checkpoint("toy", within=tmp_path) is None
    write(tmp_path / "toy-a")
    write(tmp_path / "toy-b", default=True)
    write(tmp_path / "toyota-c", default=True)
    assert [folder.name for folder in shipped("toy", within=tmp_path)] == ["toy-a", "toy-b"]
    assert default_checkpoint("toy", within=tmp_path) == tmp_path / "toy-b"
    write(tmp_path / "toy-d", default=True)
    with pytest.raises(checkpoints.BadCheckpoint, match="toy-b, toy-d"):
        default_checkpoint("toy", within=tmp_path)


def test_every_refusal_is_unavailable() -> None:
    assert issubclass(checkpoints.BadCheckpoint, Unavailable)


def test_no_code_is_ever_unpickled() -> None:
    for file in Path(checkpoints.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not [alias for alias in node.names if alias.name in {"pickle", "joblib", "dill"}], file
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert keywords.get("weights_only") == "True", f"{file}:{node.lineno}"


def test_shipped_checkpoints_are_whole() -> None:
    total = 0
    for head_file in checkpoints.CHECKPOINTS.glob(f"*/{HEAD}"):
        held = read_checkpoint(head_file.parent)
        assert head_file.parent.name.startswith(f"{held.metric}-")
        assert "golden.jsonl" in held.files
        total += sum(file.stat().st_size for file in head_file.parent.iterdir())
    assert total <= 40_000_000
