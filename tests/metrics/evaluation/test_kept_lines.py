"""What was kept is there for the next run, and what a killed process left half-written is not."""

import pytest

from scoring.metrics.evaluation.kept_lines import KeptLines


def test_a_second_run_finds_what_the_first_kept(tmp_path):
    file = tmp_path / "new folder" / "lines.jsonl"
    KeptLines(file).add({"id": "a"}, ["b", 1])
    again = KeptLines(file)
    assert again.lines == [{"id": "a"}, ["b", 1]]
    again.add({"id": "c"})
    assert KeptLines(file).lines == again.lines == [{"id": "a"}, ["b", 1], {"id": "c"}]


def test_half_a_line_is_cut_off_and_written_anew(tmp_path):
    file = tmp_path / "lines.jsonl"
    file.write_text('{"id": "a"}\n{"id": "b", "val')
    kept = KeptLines(file)
    assert kept.lines == [{"id": "a"}]
    kept.add({"id": "b"})
    assert file.read_text() == '{"id": "a"}\n{"id": "b"}\n'


def test_any_other_line_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "lines.jsonl").write_text('what\n{"id": "a"}\n')
    with pytest.raises(ValueError, match="Expecting value"):
        KeptLines(tmp_path / "lines.jsonl")
