"""Topical-Chat (Gopalakrishnan et al., 2019): conversations/*.json with reading_sets/*.json, built or pre-built.

Pre-built reading sets hold numbers for wiki sections (resolved through wiki.json) and Reddit ids for fun facts; a text
that is not there stays missing, it is never invented. Everything needed to write both files again byte for byte is
kept (see topical_chat_out).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from annotate.importing.problems import Problems, parsed_json
from annotate.importing.records import (
    ConversationRecord,
    PassageRecord,
    RatingRecord,
    SectionRecord,
    TurnRecord,
)

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
AGENTS = ("agent_1", "agent_2")
SOURCES = ("FS1", "FS2", "FS3", "AS1", "AS2", "AS3", "AS4", "Personal Knowledge")
WIKI = {"shortened_wiki_lead_section": "wiki_shortened", "summarized_wiki_lead_section": "wiki_summarized"}
_NOT_RATED = "not rated"
_CONVERSATION = ("article_url", "config", "content", "conversation_rating")
_TURN = ("message", "agent", "sentiment", "knowledge_source", "turn_rating")
_OTHER = {"agent_1": "agent_2", "agent_2": "agent_1"}


@dataclass(frozen=True, slots=True)
class _Lookups:
    """wiki: kind of section -> number -> text. topics: entity -> topic."""

    wiki: Mapping[str, Mapping[int, str]]
    topics: Mapping[str, str]


def read(files: Iterable[tuple[str, bytes]]) -> list[ConversationRecord]:
    """Conversations in file order; each file is recognised by its content.

    files: (name, content) of conversation files, reading sets, wiki.json, entity_to_topic.json in any order. The split
    is the conversation file's name. Raises BadFile with every problem.
    """
    problems = Problems()
    conversations: list[tuple[str, dict[str, Any]]] = []
    reading_sets: dict[str, tuple[str, dict[str, Any]]] = {}
    wiki: dict[str, dict[int, str]] = {}
    topics: dict[str, str] = {}
    for name, content in files:
        found = parsed_json(name, content)
        kind = _kind(found)
        if kind == "conversations":
            conversations.append((name, found))
        elif kind == "reading_sets":
            for key, value in found.items():
                if key in reading_sets:
                    problems.add(f"{name}, {key}", "-", f"this reading set was already in {reading_sets[key][0]}")
                reading_sets[key] = (name, value)
        elif kind == "wiki":
            wiki = {WIKI[key]: {number: text for text, number in table.items()} for key, table in found.items()}
        elif kind == "topics":
            topics = found
        else:
            problems.add(name, "-", "is neither conversations, reading sets, wiki.json nor entity_to_topic.json")
    if not conversations and not problems.found:
        problems.add("the upload", "-", "holds no conversations file")
    lookups = _Lookups(wiki, topics)
    seen: dict[str, str] = {}
    records = []
    for name, found in conversations:
        for key, raw in found.items():
            where = f"{name}, {key}"
            if key in seen:
                problems.add(where, "-", f"this conversation was already in {seen[key]}")
            seen[key] = name
            set_name, reading_set = reading_sets.pop(key, ("", None))
            record = _conversation(key, raw, reading_set, where, set_name, lookups, PurePath(name).stem, problems)
            if record is not None:
                records.append(record)
    for key, (name, _) in reading_sets.items():
        if conversations:
            problems.add(f"{name}, {key}", "-", "there is no conversation to this reading set")
    problems.raise_if_any()
    return records


def _kind(found: Any) -> str:
    if not isinstance(found, dict) or not found:
        return ""
    if set(found) <= set(WIKI):
        return "wiki"
    values = list(found.values())
    if all(isinstance(value, str) for value in values):
        return "topics"
    first = next((value for value in values if isinstance(value, dict)), {})
    if "content" in first or "conversation_rating" in first:
        return "conversations"
    if "agent_1" in first or "agent_2" in first:
        return "reading_sets"
    return "conversations" if first else ""


def _conversation(
    key: str,
    raw: Any,
    reading_set: Any,
    where: str,
    set_name: str,
    lookups: _Lookups,
    split: str,
    problems: Problems,
) -> ConversationRecord | None:
    before = len(problems.found)
    if not problems.of_type(raw, dict, where, "-") or len(key) > 200:
        return None
    problems.only_keys(raw, _CONVERSATION, where)
    problems.of_type(raw.get("article_url"), str, where, "article_url")
    if problems.of_type(raw.get("config"), str, where, "config"):
        problems.one_of(raw["config"], ("A", "B", "C", "D"), where, "config")
    content = raw.get("content")
    if not problems.of_type(content, list, where, "content"):
        return None
    if not content:
        problems.add(where, "content", "a conversation has at least one turn")
    turns: list[TurnRecord] = []
    ratings: list[RatingRecord] = []
    for index, item in enumerate(content):
        _turn(index, item, f"{where}, turn {index + 1}", turns, ratings, problems)
    whole = raw.get("conversation_rating")
    if problems.of_type(whole, dict, where, "conversation_rating"):
        for agent, word in whole.items():
            problems.one_of(agent, AGENTS, where, "conversation_rating")
            if problems.one_of(word, (*RATINGS, ""), where, f"conversation_rating.{agent}"):
                ratings.append(_rated(None, "conversation_rating", agent, word))
    sections: list[SectionRecord] = []
    extra: dict[str, Any] = {"article_url": raw.get("article_url")}
    extra["conversation_rating"] = list(map(list, whole.items())) if isinstance(whole, dict) else []
    if reading_set is not None:
        place = f"{set_name}, {key}"
        if problems.of_type(reading_set, dict, place, "-"):
            sections = _sections(reading_set, place, raw.get("config"), lookups, extra, problems)
    if len(problems.found) > before:
        return None
    return ConversationRecord(
        external_id=key,
        turns=tuple(turns),
        split=split,
        topic=_topic(sections, lookups.topics),
        config=raw["config"],
        sections=tuple(sections),
        ratings=tuple(ratings),
        extra=extra,
    )


def _turn(
    index: int, item: Any, where: str, turns: list[TurnRecord], ratings: list[RatingRecord], problems: Problems
) -> None:
    if not problems.of_type(item, dict, where, "-"):
        return
    problems.only_keys(item, _TURN, where)
    message, agent, cited = item.get("message"), item.get("agent"), item.get("knowledge_source")
    sentiment, rating = item.get("sentiment"), item.get("turn_rating")
    good = problems.of_type(message, str, where, "message")
    good &= problems.one_of(agent, AGENTS, where, "agent")
    good &= problems.one_of(sentiment, (*SENTIMENTS, ""), where, "sentiment")
    good &= problems.one_of(rating, (*RATINGS, ""), where, "turn_rating")
    if problems.of_type(cited, list, where, "knowledge_source"):
        for source in cited:
            good &= problems.one_of(source, (*SOURCES, ""), where, "knowledge_source")
    else:
        good = False
    if not good:
        return
    turns.append(TurnRecord(agent, message, tuple(cited), extra={"turn_rating": rating, "sentiment": sentiment}))
    ratings.append(_rated(index, "interaction_quality", _OTHER[agent], rating))
    ratings.append(RatingRecord(index, "sentiment", agent, sentiment or None, "" if sentiment else _NOT_RATED))
    sources = tuple(dict.fromkeys(source for source in cited if source))
    ratings.append(RatingRecord(index, "knowledge_source", agent, sources or None, "" if sources else _NOT_RATED))


def _rated(turn: int | None, dimension: str, rater: str, word: str) -> RatingRecord:
    return RatingRecord(turn, dimension, rater, RATINGS.get(word), "" if word else _NOT_RATED)


def _sections(
    raw: dict[str, Any], where: str, config: Any, lookups: _Lookups, extra: dict[str, Any], problems: Problems
) -> list[SectionRecord]:
    sections: list[SectionRecord] = []
    problems.only_keys(raw, ("article_url", "config", "agent_1", "agent_2", "article"), where)
    extra["reading_set_keys"] = list(raw)
    for agent in AGENTS:
        own = raw.get(agent)
        if not problems.of_type(own, dict, where, agent):
            continue
        for key, section in own.items():
            place = f"{where}, {agent}.{key}"
            if problems.one_of(key, SOURCES[:3], place, key) and problems.of_type(section, dict, place, "-"):
                sections.append(_fact_section(agent, key, section, place, lookups, problems))
    article = raw.get("article")
    if article is not None:
        if problems.of_type(article, dict, where, "article"):
            extra["article"] = list(map(list, article.items()))
            for key in SOURCES[3:7]:
                if key in article and problems.of_type(article[key], str, where, f"article.{key}"):
                    passage = PassageRecord("article", None, article[key])
                    sections.append(SectionRecord("", key, str(article.get("headline") or "Article")[:300], (passage,)))
    elif config != "C":
        # Both speakers saw the article in four parts; the data has its address only.
        url = raw.get("article_url")
        for key in SOURCES[3:7]:
            sections.append(SectionRecord("", key, "Article", (PassageRecord("article", url, None),)))
    return sections


def _fact_section(
    agent: str, key: str, raw: dict[str, Any], where: str, lookups: _Lookups, problems: Problems
) -> SectionRecord:
    passages: list[PassageRecord] = []
    entity = raw.get("entity")
    problems.of_type(entity, str, where, "entity")
    for field, value in raw.items():
        if field == "entity":
            continue
        if field in WIKI:
            kind = WIKI[field]
            if isinstance(value, int) and not isinstance(value, bool):
                passages.append(PassageRecord(kind, str(value), lookups.wiki.get(kind, {}).get(value)))
            elif problems.of_type(value, str, where, field):
                passages.append(PassageRecord(kind, None, value))
        elif field == "fun_facts":
            if problems.of_type(value, list, where, field):
                for fact in value:
                    if problems.of_type(fact, str, where, field):
                        known_only_by_id = fact.startswith("t3_") and " " not in fact
                        passages.append(
                            PassageRecord("fun_fact", fact, None)
                            if known_only_by_id
                            else PassageRecord("fun_fact", None, fact)
                        )
        else:
            problems.add(
                where, str(field)[:60], f"is no field of a section; known: entity, {', '.join(WIKI)}, fun_facts"
            )
    return SectionRecord(agent, key, str(entity)[:300], tuple(passages))


def _topic(sections: Sequence[SectionRecord], topics: Mapping[str, str]) -> str:
    """The most frequent topic of the entities; "" without entity_to_topic.json."""
    found = Counter(topics[section.title] for section in sections if section.title in topics)
    return found.most_common(1)[0][0] if found else ""
