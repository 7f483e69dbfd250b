"""A whole run in the tiny world: what is kept, what is not done twice, what goes on, and the page of it."""

import json
import shlex
import shutil

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from scoring.conseq import __main__ as command  # noqa: E402
from scoring.conseq import corpus, results, steps  # noqa: E402
from scoring.conseq.items import write_items  # noqa: E402
from scoring.conseq.kept import each_once, read_lines  # noqa: E402
from scoring.metrics.api import Score  # noqa: E402

TINY = shlex.split(
    "--backbone tiny-chat --dtype fp32 --rank 2 --samples 3 --longest 8 --shortest 2 --worst 0.7 --best 0.7"
)


class Knowing:
    """A stand-in for QUALS that likes references of even inputs and long samples."""

    signature = "knowing|v:1"
    asked = 0

    def score(self, examples, *, before_batch=None):
        Knowing.asked += len(examples)
        return [(self._of(example),) for example in examples]

    def _of(self, example):
        number = int(example.id.split("-")[1])
        if example.text.startswith("Cat"):
            return Score(float(number % 2 == 0)) if number else Score(None, "no claim")
        return Score(-1.0 / (1 + len(example.text)))


@pytest.fixture
def knowing(monkeypatch):
    monkeypatch.setattr(steps.registry, "load", lambda name, **options: Knowing())
    Knowing.asked = 0


@pytest.fixture
def inputs(items, tmp_path):
    for name, held in (("train", items), ("test", items[:4])):
        write_items(held, tmp_path / f"{name}.jsonl")
    return ["--items", str(tmp_path / "train.jsonl"), str(tmp_path / "test.jsonl")]


@pytest.fixture
def folder(tiny_chat, knowing, inputs, tmp_path):
    """A finished run."""
    assert command.main([str(tmp_path / "run"), *inputs, *TINY, "--threads", "1"]) == 0
    return tmp_path / "run"


def test_every_step_is_kept(folder, capsys):
    scores = read_lines(folder / "scores.quals.jsonl")
    assert len(scores) == 10
    assert scores["c0-0"]["reference"] is None
    chosen = read_lines(folder / "chosen.quals.jsonl")
    # Nine references have a score, four of them 1: the best 70 %, six, end in the zeros, so all are among them.
    assert "c0-0" not in chosen
    assert 0 < len(chosen) <= 7
    assert len(read_lines(folder / "chosen.rouge.jsonl")) == len(chosen)
    for name in ("fine-tuned", "conseq-quals", "conseq-rouge"):
        assert (folder / name / "adapter.safetensors").exists()
    assert all(len(read_lines(folder / f"outputs.{system}.jsonl")) == 4 for system in steps.SYSTEMS)


def test_the_negative_is_the_worst_sample(folder):
    scores = read_lines(folder / "scores.quals.jsonl")
    for key, line in read_lines(folder / "chosen.quals.jsonl").items():
        assert line["sample_score"] == min(scores[key]["samples"]) == scores[key]["samples"][line["sample"]]


def test_a_second_call_makes_nothing_again(folder, monkeypatch):
    before = {file: file.read_bytes() for file in folder.rglob("*.jsonl")}
    asked = Knowing.asked
    monkeypatch.setattr("scoring.conseq.generator.Generator.write", None)
    assert command.main([str(folder), *TINY, "--threads", "1"]) == 0
    assert (Knowing.asked, {file: file.read_bytes() for file in folder.rglob("*.jsonl")}) == (asked, before)


def test_what_was_cut_short_goes_on(folder, capsys):
    scores = folder / "scores.quals.jsonl"
    whole = scores.read_text()
    scores.write_text(whole[: len(whole) // 2])  # in the middle of a line
    (folder / "outputs.conseq-quals.jsonl").unlink()
    shutil.rmtree(folder / "conseq-rouge")
    asked = Knowing.asked
    assert command.main([str(folder), *TINY, "--threads", "1"]) == 0
    assert 0 < Knowing.asked - asked < 40
    assert read_lines(scores) == {line["id"]: line for line in map(json.loads, whole.splitlines())}
    assert (folder / "conseq-rouge" / "adapter.safetensors").exists()
    assert "s left" in capsys.readouterr().out


def test_other_settings_are_refused_by_name(folder, capsys):
    assert command.main([str(folder), *TINY, "--samples", "5"]) == 2
    assert "samples: 3, not 5" in capsys.readouterr().err


def test_no_inputs_and_bad_inputs_are_told(tiny_chat, tmp_path, capsys):
    assert command.main([str(tmp_path / "none"), *TINY]) == 2
    assert "holds no inputs yet" in capsys.readouterr().err
    (tmp_path / "bad.jsonl").write_text("{}\n")
    assert command.main([str(tmp_path / "bad"), "--items", *[str(tmp_path / "bad.jsonl")] * 2, *TINY]) == 2
    assert "line 1: id: is missing" in capsys.readouterr().err
    assert not (tmp_path / "bad" / "train.jsonl").exists()


def test_where_nothing_is_chosen_the_command_says_so(tiny_chat, knowing, inputs, tmp_path, capsys):
    few = ["--best", "0.01"]
    assert command.main([str(tmp_path / "run"), *inputs, *TINY, *few, "--threads", "1"]) == 2
    assert "quals chose nothing of 10 inputs" in capsys.readouterr().err


def test_a_line_that_was_cut_is_made_again(items, tmp_path):
    file = tmp_path / "lines.jsonl"
    file.write_text('{"id": "c0-0", "n": 1}\n{"id": "c0-1", "n')
    seen = []

    def work(some):
        seen.extend(item.id for item in some)
        return [{"n": 2} for _ in some]

    assert {key: line["n"] for key, line in each_once(file, items[:3], work, at_once=2).items()} == {
        "c0-0": 1,
        "c0-1": 2,
        "c1-2": 2,
    }
    assert seen == ["c0-1", "c1-2"]
    assert list(read_lines(file)) == ["c0-0", "c0-1", "c1-2"]


def test_the_page_shows_every_system_and_says_how_small_it_is(folder, tmp_path):
    page = tmp_path / "page.md"
    assert results.main([str(folder), "--page", str(page), "--threads", "1"]) == 0
    told = page.read_text()
    assert f"`python -m scoring.conseq {folder.name} --items train.jsonl test.jsonl --" in told
    for row in ("person", "untrained", "fine-tuned", "conseq-quals", "conseq-rouge"):
        assert f"\n| {row} |" in told
    assert "10 training inputs with 3 samples each, 4 held-out\ninputs from 2 conversations" in told
    assert "knowing|v:1" in told
    asked = Knowing.asked
    assert results.main([str(folder), "--page", str(page), "--threads", "1"]) == 0
    assert Knowing.asked == asked


def test_a_page_of_no_run_is_refused(tmp_path, capsys):
    assert results.main([str(tmp_path), "--page", str(tmp_path / "page.md")]) == 2
    assert "First: python -m scoring.conseq" in capsys.readouterr().err


def test_a_corpus_needs_outputs(folder, tmp_path, capsys):
    (folder / "outputs.conseq-rouge.jsonl").write_text("")
    assert corpus.main([str(folder), str(tmp_path / "out.jsonl")]) == 2
    assert "conseq-rouge: no output for 4 of 4" in capsys.readouterr().err
