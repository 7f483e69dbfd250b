"""Files of items, Topical-Chat turns, and prompts that no text can leave."""

import json

import pytest

from scoring.conseq.items import BadItems, read_items, write_items
from scoring.conseq.topical_chat import topical_chat_items
from scoring.metrics.evaluation.grounded_sets import DataMissing


def test_items_come_back_as_they_were_written(items, tmp_path):
    write_items(items, tmp_path / "items.jsonl")
    assert read_items(tmp_path / "items.jsonl") == items


def test_a_document_needs_no_context_and_no_group(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "d1", "source": "A long text.", "text": " Short. "}\n')
    (found,) = read_items(tmp_path / "a.jsonl")
    assert (found.group, found.reference, found.context, found.speaker) == ("d1", "Short.", (), "")


def test_every_bad_line_is_told_with_its_field(tmp_path):
    lines = [
        "{",
        '{"id": "a", "source": null, "text": "x"}',
        '{"id": "b", "source": "s", "text": " "}',
        '{"id": "c", "source": "s", "text": "x", "group": 3}',
        '{"id": "d", "source": "s", "text": "x"}',
        '{"id": "d", "source": "s", "text": "x"}',
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    with pytest.raises(BadItems) as refused:
        read_items(tmp_path / "a.jsonl")
    for told in ("line 1: line", "line 2: source: is empty", "line 3: text", "line 4: group", "'d' comes twice"):
        assert told in str(refused.value)
    (tmp_path / "a.jsonl").write_text("")
    with pytest.raises(BadItems, match="holds no item"):
        read_items(tmp_path / "a.jsonl")


@pytest.fixture
def topical_chat(tmp_path):
    """One conversation, four turns: a greeting, one that says three words of its section, two that may not be taken."""

    def turn(agent, message, cited):
        return {
            "message": message,
            "agent": agent,
            "sentiment": "Neutral",
            "knowledge_source": cited,
            "turn_rating": "Good",
        }

    said = "Did you know that tea leaves are dried in China?"
    content = [
        turn("agent_1", said, ["FS1"]),  # nothing stands before it
        turn("agent_2", "No!", ["Personal Knowledge"]),
        turn("agent_1", said, ["FS1"]),
        turn("agent_2", said, ["FS1"]),  # cites its own FS1, which says something else
        turn("agent_1", said, ["FS1", "Personal Knowledge"]),
        turn("agent_1", "I like tea.", ["FS1"]),
    ]
    names = ("x", "y")
    conversations = {
        name: {
            "article_url": "u",
            "config": "C",
            "content": content,
            "conversation_rating": {"agent_1": "Good", "agent_2": "Good"},
        }
        for name in names
    }
    sets = {
        name: {
            "config": "C",
            "agent_1": {"FS1": {"entity": "Tea", "shortened_wiki_lead_section": 1, "fun_facts": ["t3_a"]}},
            "agent_2": {"FS1": {"entity": "Rain", "shortened_wiki_lead_section": 2, "fun_facts": []}},
        }
        for name in names
    }
    wiki = {
        "shortened_wiki_lead_section": {"Tea is a drink of dried leaves from China.": 1, "Rain is water.": 2},
        "summarized_wiki_lead_section": {},
    }
    (tmp_path / "conversations").mkdir()
    (tmp_path / "reading_sets" / "pre-build").mkdir(parents=True)
    (tmp_path / "conversations" / "train.json").write_text(json.dumps(conversations))
    (tmp_path / "reading_sets" / "pre-build" / "train.json").write_text(json.dumps(sets))
    (tmp_path / "wiki.json").write_text(json.dumps(wiki))
    return tmp_path


def test_topical_chat_turns_that_say_something_of_what_they_cite(topical_chat):
    found = topical_chat_items(topical_chat, "train", count=9, seed=1)
    assert sorted(item.id for item in found) == ["x-2", "y-2"]
    item = found[0]
    assert item.source == "Tea is a drink of dried leaves from China."
    assert [turn.text for turn in item.context] == ["Did you know that tea leaves are dried in China?", "No!"]
    assert (item.speaker, item.group) == ("agent_1", item.id[0])
    assert len(topical_chat_items(topical_chat, "train", count=1, seed=1)) == 1


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataMissing, match=r"train\.json"):
        topical_chat_items(tmp_path, "train", count=1, seed=1)
