"""Two metrics on the same items: both see every batch, a second run goes on, and the rows are the known ones."""

import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("scipy")
pytest.importorskip("spacy", reason="spaCy is part of the model extra")

from scoring.metrics.api import Score
from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.qags.beside_quals import lengths_of, measure, page, scored_rows, verdict_rows
from scoring.metrics.qags.costs import cost_rows, stage_rows, writing_lines

ITEMS = [GroundedItem(f"i{place}", f"g{place}", "a source", f"text {place}", (place * 7) % 5) for place in range(24)]
HUMAN = {item.id: item.human for item in ITEMS}


class Told:
    def __init__(self, value, calls, name):
        self.value, self.calls, self.name, self.signature = value, calls, name, f"{name}|v:1"

    def score(self, examples):
        self.calls.append((self.name, [example.id for example in examples]))
        return [(self.value(example.id),) for example in examples]


def metrics(calls):
    def noisy(item):
        place = int(item[1:])
        return Score(None, "no question") if place % 8 == 7 else Score((place * 5) % 7 / 7, evidence={"pairs": []})

    return {
        "QUALS": Told(
            lambda item: Score(HUMAN[item] + 0.01, evidence={"whole": HUMAN[item] + 0.01, "answer_only": 0.5}),
            calls,
            "QUALS",
        ),
        "QAGS": Told(noisy, calls, "QAGS"),
    }


def test_both_score_every_batch_in_turns_and_a_second_run_goes_on(tmp_path):
    calls = []
    first = measure(metrics(calls), {}, {"a": ITEMS[:8]}, tmp_path / "b.jsonl", at_once=4, minutes=1)
    assert [name for name, _ in calls] == ["QUALS", "QAGS", "QAGS", "QUALS"]
    assert calls[0][1] == calls[1][1] == ["i0", "i1", "i2", "i3"]
    calls.clear()
    lines = measure(metrics(calls), {}, {"a": ITEMS}, tmp_path / "b.jsonl", at_once=4, minutes=1)
    assert sorted(item for name, ids in calls if name == "QUALS" for item in ids) == sorted(
        item.id for item in ITEMS[8:]
    )
    assert lines[:2] == first
    assert [json.loads(line) for line in (tmp_path / "b.jsonl").read_text().splitlines()] == lines
    assert measure(metrics(calls), {}, {"a": ITEMS[:8]}, tmp_path / "b.jsonl", at_once=4, minutes=0) == first


def test_rows_say_who_is_closer_and_what_was_left_out(tmp_path):
    lines = measure(metrics([]), {}, {"a": ITEMS}, tmp_path / "b.jsonl", at_once=8, minutes=1)
    assert scored_rows(lines, {"a": ITEMS})[2] == "| a | 24 | 21 | 0.0 | 3: no question |"
    row = verdict_rows(lines, {"a": ITEMS})[2]
    assert row.startswith("| a | 21 | ") and row.endswith("| QUALS |")
    swapped = [{**line, "QUALS": line["QAGS"], "QAGS": line["QUALS"]} for line in lines]
    assert verdict_rows(swapped, {"a": ITEMS})[2].endswith("| QAGS |")
    same = [{**line, "QAGS": line["QUALS"]} for line in lines]
    assert verdict_rows(same, {"a": ITEMS})[2].endswith("| not told apart |")
    assert verdict_rows(lines, {"a": ITEMS[:5]})[2] == "| a | 5 | – | too few items |"


def line(quals, qags):
    def held(cpu):
        stages = {"write": cpu / 4, "the rest": 3 * cpu / 4}
        return {"cpu": cpu, "wall": 2 * cpu, "stages": stages, "read": {"write": 100}, "written": {"write": 20}}

    return {"ids": ["a", "b"], "QUALS": held(quals), "QAGS": held(qags)}


def test_costs_are_per_item_and_their_ratio_has_an_interval():
    rows = cost_rows([line(2.0, 6.0), line(4.0, 12.0)])
    assert rows[2] == "| QUALS | 1.50 | 3.00 | 50 | 10 |"
    assert rows[3] == "| QAGS | 4.50 | 9.00 | 50 | 10 |"
    assert "CPU 3.00 [3.00, 3.00], wall 3.00 [3.00, 3.00]" in rows[-1]
    low, high = cost_rows([line(2.0, 2.0), line(2.0, 6.0)] * 8)[-1].split("CPU 2.00 [")[1].split("]")[0].split(", ")
    assert 1 < float(low) < 2 < float(high) < 3
    stages = stage_rows([line(2.0, 6.0), line(4.0, 12.0)])
    assert stages[2] == "| QUALS | write | 0.375 | 25% | 50 | 10 |"
    assert stages[-1] == "| QAGS | the rest | 3.375 | 75% | 0 | 0 |"


def test_the_page_holds_all_of_it(tmp_path):
    both = metrics([])
    lines = measure(both, {}, {"a": ITEMS}, tmp_path / "b.jsonl", at_once=8, minutes=1)
    written = page(both, lines, {"a": ITEMS}, "python -m x")
    assert "from 24 of 24 planned items" in written and "`python -m x`" in written and "QAGS: `QAGS|v:1`" in written
    assert (
        "| a | 21 | QUALS | 1.00" in written and "| a | 21 | QAGS | " in written and "| a | 21 | overlap | " in written
    )
    assert "24 items in 3 batches of 8" in written


def test_the_price_of_a_position_is_told_apart_from_the_method():
    def held(cpu, stage, positions):
        return {"cpu": cpu, "stages": {stage: cpu - 1.0}, "read": {stage: positions}, "written": {stage: positions}}

    told = " ".join(writing_lines([{"QUALS": held(2.0, "write pairs", 50), "QAGS": held(5.0, "write questions", 100)}]))
    assert "costs QAGS 20.0 and QUALS 10.0 CPU" in told
    assert "cost 1.50 times" in told  # 1 for the rest, and 200 positions at 0.01, over 2
    bare = {"cpu": 1.0, "stages": {}, "read": {}, "written": {}}
    assert writing_lines([{"QUALS": bare, "QAGS": bare}]) == []


def test_lengths_are_means_of_what_was_written_with_its_marks():
    class Words:
        def tokenize(self, text):
            return text.split()

    def held(*pairs):
        return {"scores": {"a": {"pairs": [{"question": question, "answer": answer} for question, answer in pairs]}}}

    line = {"QUALS": held(("who was it", "Anna"), ("who", "it")), "QAGS": held(("what is it", "a b c"))}
    lengths = lengths_of([line], Words())
    assert (lengths.question, lengths.answer, lengths.pair) == (4, 4, 5)
    with pytest.raises(ValueError, match="QAGS wrote nothing"):
        lengths_of([{**line, "QAGS": held()}], Words())
