"""Readers of judged texts, on tiny files of ours; and the published counts, where the data is there."""

import json
from pathlib import Path

import pytest

from scoring.metrics.evaluation.grounded_sets import DataMissing, data_folder, read

ALEXA_HEAD = (
    "conv_index,model_type,decoding,context,knowledge,response,Avg Factual Correctness,Hallucination,Verifiable\n"
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with three or four lines in each set."""
    folder = tmp_path / "factuality" / "alexa_factual"
    folder.mkdir(parents=True)
    (folder / "crowd_dpr.csv").write_text(
        ALEXA_HEAD
        + '1,S,DBS,"A: Do you ski? <br>B: ""Often"", yes <br>","Skis are long, and flat.",They are long.,0.5,No,y\n'
        + '1,M,DBS,"A:  Do you ski? <br>B: ""Often"", yes <br>",Skis are long.,I like it.,,,n\n',
        encoding="utf-8",
    )
    (folder / "crowd_gt.csv").write_text(
        ALEXA_HEAD + '1,M,DBS,"A: Do you  ski? <br>B: ""Often"", yes <br>", ,They are red.,0.0,Yes,y\n',
        encoding="utf-8",
    )
    (folder / "crowd_knn.csv").write_text(ALEXA_HEAD, encoding="utf-8")
    folder = tmp_path / "factuality" / "begin" / "wow"
    folder.mkdir(parents=True)
    (folder / "begin_dev_wow.tsv").write_bytes(
        b"model_name\tdata_source\tknowledge\tmessage\tresponse\tbegin_label\r\n"
        b't5\twow\tTea is "old".\thello\ttea is old\tFully attributable\r\n'
        b"t5\twow\tTea is old.\thello\ttea is red\tNot fully attributable\r\n"
        b"t5\twow\tTea is old.\tbye\tok\tGeneric\r\n"
    )
    folder = tmp_path / "factuality" / "qags"
    folder.mkdir(parents=True)
    yes, no = {"worker_id": 1, "response": "yes"}, {"worker_id": 2, "response": "no"}
    sentences = [{"sentence": "One.", "responses": [yes, yes, no]}, {"sentence": "Two.", "responses": [no, no, yes]}]
    (folder / "mturk_cnndm.jsonl").write_text(json.dumps({"article": "One.", "summary_sentences": sentences}) + "\n")
    folder = tmp_path / "factuality" / "summeval"
    folder.mkdir(parents=True)
    summary = {"sys_summ": "Short.", "scores": {"consistency": 4.5, "fluency": 1.0}}
    (folder / "summeval.json").write_text(json.dumps({"a1": {"src": "Long.", "sys_summs": {"M1": summary}}}))
    return tmp_path


def test_alexa_keeps_verifiable_rows_and_groups_by_context(data: Path) -> None:
    first, second = read("alexa", data)
    assert (first.id, first.human, first.label) == ("alexa-dpr-2", 0.5, "Hallucination: No")
    assert first.source == "Skis are long, and flat."
    assert [(turn.speaker, turn.text) for turn in first.context] == [("A", "Do you ski?"), ("B", '"Often", yes')]
    assert second.source is None
    assert first.group == second.group


def test_begin_counts_only_fully_attributable_as_faithful(data: Path) -> None:
    items = read("begin-wow", data)
    assert [item.human for item in items] == [1.0, 0.0, 0.0]
    assert items[0].source == 'Tea is "old".'
    assert [item.label for item in items][2] == "Generic"
    assert items[0].group == items[1].group != items[2].group


def test_qags_takes_the_majority_of_each_sentence(data: Path) -> None:
    (summary,) = read("qags", data)
    assert (summary.text, summary.human, summary.votes) == ("One. Two.", 0.5, (1, 1, 0, 0, 0, 1))
    sentences = read("qags-sentences", data)
    assert [item.human for item in sentences] == [pytest.approx(2 / 3), pytest.approx(1 / 3)]
    assert {item.group for item in sentences} == {summary.group}


def test_summeval_takes_consistency(data: Path) -> None:
    (item,) = read("summeval", data)
    assert (item.group, item.system, item.source, item.text, item.human) == ("a1", "M1", "Long.", "Short.", 4.5)


def test_an_example_holds_no_judgement(data: Path) -> None:
    example = read("alexa", data)[0].example
    assert (example.source, example.text) == ("Skis are long, and flat.", "They are long.")
    assert not hasattr(example, "human")


def test_missing_data_and_unknown_sets_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataMissing, match="mturk_cnndm"):
        read("qags", tmp_path)
    with pytest.raises(LookupError, match="Known: alexa"):
        read("nothing", tmp_path)
    monkeypatch.setenv("EVALSITE_DATA", str(tmp_path / "no"))
    with pytest.raises(DataMissing, match="EVALSITE_DATA"):
        data_folder()


PUBLISHED = {
    "alexa": (1869, 97),  # 98 contexts in all; one has no verifiable response
    "begin-tc": (383, None),
    "begin-cmu": (416, None),
    "begin-wow": (430, None),
    "qags": (235, 235),
    "qags-sentences": (714, 235),
    "summeval": (1600, 100),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_real_sets_have_the_published_counts(name: str) -> None:
    try:
        items = read(name, data_folder())
    except DataMissing as missing:
        pytest.skip(str(missing))
    count, groups = PUBLISHED[name]
    assert len(items) == count == len({item.id for item in items})
    assert groups is None or len({item.group for item in items}) == groups
    assert all(item.text.strip() for item in items)


def test_the_published_means_come_out() -> None:
    try:
        summaries, texts = read("qags", data_folder()), read("alexa", data_folder())
    except DataMissing as missing:
        pytest.skip(str(missing))
    assert sum(item.human for item in summaries) / len(summaries) == pytest.approx(0.744, abs=0.001)
    assert sum(item.label.endswith("Yes") for item in texts) == 394
