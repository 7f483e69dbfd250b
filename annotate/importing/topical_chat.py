"""Topical-Chat (Gopalakrishnan et al., 2019): conversations/*.json with reading_sets/*.json, built or pre-built.

Everything needed to write both files again byte for byte is kept (see topical_chat_out). What differs from the
published files' layout (another order of keys, a missing rating) is kept in `extra`, else nothing is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from annotate.importing.checking import checked
from annotate.importing.problems import Problems, parsed_json
from annotate.importing.reading_sets import AGENTS, SOURCES, Wiki, sections_of, wiki_of
from annotate.importing.records import ConversationRecord, RatingRecord, SectionRecord, TurnRecord

RATINGS = {"Poor": 1.0, "Not Good": 2.0, "Passable": 3.0, "Good": 4.0, "Excellent": 5.0}
SENTIMENTS = (
    "Angry",
    "Curious to dive deeper",
    "Disgusted",
    "Fearful",
    "Happy",
    "Neutral",
    "Sad",
    "Surprised",
)
CONVERSATION = ("article_url", "config", "content", "conversation_rating")
TURN = ("message", "agent", "sentiment", "knowledge_source", "turn_rating")
# As the published files: escaped to ASCII, no line feed at the end.
LAYOUT = {"ascii": True, "end": ""}
_CONFIGS = ("A", "B", "C", "D")
_RATING_WORDS = (*RATINGS, "")
_SENTIMENT_WORDS = (*SENTIMENTS, "")
_SOURCE_WORDS = (*SOURCES, "")
_NOT_RATED = "not rated"
_OTHER = {"agent_1": "agent_2", "agent_2": "agent_1"}


def read(files: Iterable[tuple[str, bytes]]) -> list[ConversationRecord]:
    """Conversations in file order; each file is recognised by its content.

    files: (name, content) of conversation files, reading sets, wiki.json, entity_to_topic.json in any order. The split
    is the conversation file's name. Raises BadFile with every problem.
    """
    problems = Problems()
    conversations: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    sets: dict[str, tuple[str, Any, dict[str, Any]]] = {}
    wiki: Wiki = {}
    topics: dict[str, str] = {}
    for path, content in files:
        name = PurePath(path).name
        found = parsed_json(name, content, problems)
        kind = _kind(found)
        if kind == "conversations":
            conversations.append((name, found, _layout(content)))
        elif kind == "reading sets":
            layout = _layout(content)
            for key, value in found.items():
                if key in sets:
                    problems.add(f"{name}, {key}", "-", f"this reading set was already in {sets[key][0]}")
                sets[key] = (name, value, layout)
        elif kind == "wiki":
            wiki_of(found, name, wiki, problems)
        elif kind == "topics":
            topics |= found
        elif found is not None:
            problems.add(name, "-", "is neither conversations, reading sets, wiki.json nor entity_to_topic.json")
    records: list[ConversationRecord] = []
    places: list[str] = []
    for name, found, layout in conversations:
        for key, raw in found.items():
            where = f"{name}, {key}"
            before = problems.count
            set_name, reading_set, set_layout = sets.pop(key, ("", None, LAYOUT))
            extra = {"layout": layout} if layout != LAYOUT else {}
            if reading_set is not None:
                extra |= {"reading_set_layout": set_layout} if set_layout != LAYOUT else {}
            turns, ratings = _turns(raw, where, extra, problems)
            sections: list[SectionRecord] = []
            if reading_set is not None and isinstance(raw, dict):
                sections = sections_of(reading_set, f"{set_name}, {key}", raw, wiki, extra, problems)
            if problems.count == before:
                records.append(
                    ConversationRecord(
                        external_id=key,
                        turns=tuple(turns),
                        split=PurePath(name).stem,
                        topic=_topic(sections, topics),
                        config=raw["config"],
                        sections=tuple(sections),
                        ratings=tuple(ratings),
                        extra=extra,
                    )
                )
                places.append(where)
    for key, (name, _, _) in sets.items():
        if conversations:
            problems.add(f"{name}, {key}", "-", "there is no conversation to this reading set")
    return checked(records, places, problems, nothing="holds no conversations file")


def _kind(found: Any) -> str:
    if not isinstance(found, dict) or not found:
        return ""
    if all(key.endswith("_wiki_lead_section") for key in found):
        return "wiki"
    values = list(found.values())
    if all(isinstance(value, str) for value in values):
        return "topics"
    first = next((value for value in values if isinstance(value, dict)), {})
    if "content" not in first and "conversation_rating" not in first and ("agent_1" in first or "agent_2" in first):
        return "reading sets"
    return "conversations" if first else ""


def _layout(content: bytes) -> dict[str, Any]:
    return {"ascii": content.isascii(), "end": "\n" if content.endswith(b"\n") else ""}


def _turns(
    raw: Any, where: str, extra: dict[str, Any], problems: Problems
) -> tuple[list[TurnRecord], list[RatingRecord]]:
    turns: list[TurnRecord] = []
    ratings: list[RatingRecord] = []
    if not problems.of_type(raw, dict, where, "-"):
        return turns, ratings
    problems.only_keys(raw, CONVERSATION, where)
    if tuple(raw) != CONVERSATION:
        extra["keys"] = list(raw)
    if "article_url" in raw and problems.of_type(raw["article_url"], str, where, "article_url"):
        extra["article_url"] = raw["article_url"]
    problems.one_of(raw.get("config"), _CONFIGS, where, "config")
    content = raw.get("content")
    if problems.of_type(content, list, where, "content"):
        if not content:
            problems.add(where, "content", "a conversation has at least one turn")
        for index, item in enumerate(content):
            _turn(index, item, f"{where}, turn {index + 1}", turns, ratings, problems)
    whole = raw.get("conversation_rating", {})
    if problems.of_type(whole, dict, where, "conversation_rating"):
        extra["conversation_rating"] = [list(pair) for pair in whole.items()]
        for agent, word in whole.items():
            problems.one_of(agent, AGENTS, where, "conversation_rating")
            if problems.one_of(word, _RATING_WORDS, where, f"conversation_rating.{agent}"):
                ratings.append(_rated(None, "conversation_rating", agent, word))
    return turns, ratings


def _turn(
    index: int, item: Any, where: str, turns: list[TurnRecord], ratings: list[RatingRecord], problems: Problems
) -> None:
    if not problems.of_type(item, dict, where, "-"):
        return
    before = problems.count
    problems.only_keys(item, TURN, where)
    message, agent, cited = item.get("message"), item.get("agent"), item.get("knowledge_source", [])
    sentiment, rating = item.get("sentiment", ""), item.get("turn_rating", "")
    problems.of_type(message, str, where, "message")
    problems.one_of(agent, AGENTS, where, "agent")
    problems.one_of(sentiment, _SENTIMENT_WORDS, where, "sentiment")
    problems.one_of(rating, _RATING_WORDS, where, "turn_rating")
    if problems.of_type(cited, list, where, "knowledge_source"):
        for source in cited:
            problems.one_of(source, _SOURCE_WORDS, where, "knowledge_source")
    if problems.count > before:
        return
    extra = {"turn_rating": rating, "sentiment": sentiment}
    if tuple(item) != TURN:
        extra["keys"] = list(item)
    turns.append(TurnRecord(agent, message, tuple(cited), extra=extra))
    ratings.append(_rated(index, "interaction_quality", _OTHER[agent], rating))
    ratings.append(RatingRecord(index, "sentiment", agent, sentiment or None, "" if sentiment else _NOT_RATED))
    sources = tuple(dict.fromkeys(source for source in cited if source))
    ratings.append(RatingRecord(index, "knowledge_source", agent, sources or None, "" if sources else _NOT_RATED))


def _rated(turn: int | None, dimension: str, rater: str, word: str) -> RatingRecord:
    return RatingRecord(turn, dimension, rater, RATINGS.get(word), "" if word else _NOT_RATED)


def _topic(sections: Sequence[SectionRecord], topics: Mapping[str, str]) -> str:
    """The most frequent topic of the entities, the first of them on ties; "" without entity_to_topic.json."""
    found = Counter(topics[section.title] for section in sections if section.title in topics)
    return found.most_common(1)[0][0] if found else ""
