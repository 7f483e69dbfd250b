"""A Topical-Chat conversation small enough to read, in both forms of reading set; written by us."""

from __future__ import annotations

import json
from typing import Any


def conversation(**changes: Any) -> dict[str, Any]:
    """Two turns; the second has no rating."""
    return {
        "article_url": "https://example.org/a.html",
        "config": "B",
        "content": [
            {
                "message": "Do you like caf\u00e9s?",
                "agent": "agent_1",
                "sentiment": "Curious to dive deeper",
                "knowledge_source": ["FS1", "AS1"],
                "turn_rating": "Good",
            },
            {
                "message": "I do.",
                "agent": "agent_2",
                "sentiment": "Happy",
                "knowledge_source": ["Personal Knowledge"],
                "turn_rating": "",
            },
        ],
        "conversation_rating": {"agent_1": "Excellent", "agent_2": ""},
    } | changes


def reading_set() -> dict[str, Any]:
    """Pre-built: numbers and ids."""
    shortened = {"entity": "Coffee", "shortened_wiki_lead_section": 7, "fun_facts": ["t3_abc"]}
    summarized = {"entity": "Coffee", "summarized_wiki_lead_section": 7, "fun_facts": ["t3_abc"]}
    url = "https://example.org/a.html"
    return {"article_url": url, "config": "B", "agent_1": {"FS1": shortened}, "agent_2": {"FS1": summarized}}


def built_reading_set() -> dict[str, Any]:
    """Built: texts in place, and the article."""
    own = {
        "FS1": {
            "entity": "Coffee",
            "shortened_wiki_lead_section": "Coffee is a drink.",
            "fun_facts": ["It was once forbidden.", "Beans are seeds."],
        }
    }
    article = {"url": "https://example.org/a.html", "headline": "On coffee", "AS1": "One.", "AS2": "Two."}
    return {"config": "B", "agent_1": own, "agent_2": own, "article": article | {"AS3": "Three.", "AS4": "Four."}}


WIKI = {
    "shortened_wiki_lead_section": {"Coffee is a brewed drink.": 7},
    "summarized_wiki_lead_section": {"Coffee: drink.": 7},
}


def dumped(value: Any) -> bytes:
    """As the published files are written."""
    return json.dumps(value, indent=2).encode()


def files(reading: dict[str, Any] | None = None, **conversations: Any) -> list[tuple[str, bytes]]:
    """conversations/test_freq.json, the reading sets, wiki.json and entity_to_topic.json."""
    conversations = conversations or {"t_1": conversation()}
    sets = reading if reading is not None else {key: reading_set() for key in conversations}
    return [
        ("conversations/test_freq.json", dumped(conversations)),
        ("reading_sets/test_freq.json", dumped(sets)),
        ("wiki.json", dumped(WIKI)),
        ("entity_to_topic.json", dumped({"Coffee": "food"})),
    ]
