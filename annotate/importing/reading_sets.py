"""Reading sets of Topical-Chat: what each speaker had read, as sections of passages.

Pre-built sets hold numbers for wiki sections (resolved through wiki.json), Reddit ids for fun facts and the address of
the article; a text that is not there stays missing, it is never invented. Built sets hold the texts.
"""

from __future__ import annotations

from typing import Any

from annotate.importing.problems import Problems
from annotate.importing.records import PassageRecord, SectionRecord

AGENTS = ("agent_1", "agent_2")
SOURCES = ("FS1", "FS2", "FS3", "AS1", "AS2", "AS3", "AS4", "Personal Knowledge")
FACTS, ARTICLE = SOURCES[:3], SOURCES[3:7]
# Field of a section -> kind of passage.
WIKI = {"shortened_wiki_lead_section": "wiki_shortened", "summarized_wiki_lead_section": "wiki_summarized"}
READING_SET = ("article_url", "config", "agent_1", "agent_2")
_SECTION = ("entity", *WIKI, "fun_facts")
_TITLE_AT_MOST = 300

Wiki = dict[str, dict[int, str]]  # kind of passage -> number -> text


def wiki_of(found: dict[str, Any], name: str, wiki: Wiki, problems: Problems) -> None:
    """Put the sections of a wiki.json (text -> number, in two maps) into `wiki`, the other way round."""
    problems.only_keys(found, WIKI, name)
    for field, table in found.items():
        if field in WIKI and problems.of_type(table, dict, name, field):
            numbers = wiki.setdefault(WIKI[field], {})
            for text, number in table.items():
                problems.text(text, name, field)
                if problems.of_type(number, int, name, field):
                    numbers[number] = text


def sections_of(
    raw: Any, where: str, conversation: dict[str, Any], wiki: Wiki, extra: dict[str, Any], problems: Problems
) -> list[SectionRecord]:
    """The sections of one reading set. What the records do not hold and the file needs again goes into `extra`."""
    sections: list[SectionRecord] = []
    if not problems.of_type(raw, dict, where, "-"):
        return sections
    problems.only_keys(raw, (*READING_SET, "article"), where)
    extra["reading_set_keys"] = list(raw)
    for field in ("article_url", "config"):
        if field in raw and problems.of_type(raw[field], str, where, field) and raw[field] != conversation.get(field):
            extra.setdefault("reading_set", {})[field] = raw[field]
    for agent in AGENTS:
        own = raw.get(agent, {})
        if problems.of_type(own, dict, where, agent):
            for key, section in own.items():
                place = f"{where}, {agent}.{key}"
                if problems.one_of(key, FACTS, place, "-") and problems.of_type(section, dict, place, "-"):
                    sections.append(_fact_section(agent, key, section, place, wiki, extra, problems))
    if "article" in raw:
        sections += _article(raw["article"], where, extra, problems)
    elif raw.get("article_url") and conversation.get("config") != "C":
        # Both speakers saw the article in four parts; the data has its address only.
        passage = PassageRecord("article", str(raw["article_url"]), None)
        sections += [SectionRecord("", key, "Article", (passage,)) for key in ARTICLE]
    return sections


def _article(raw: Any, where: str, extra: dict[str, Any], problems: Problems) -> list[SectionRecord]:
    if not problems.of_type(raw, dict, where, "article"):
        return []
    problems.only_keys(raw, ("url", "headline", *ARTICLE), f"{where}, article")
    for field, text in raw.items():
        problems.of_type(text, str, where, f"article.{field}")
    # The parts' texts are in the sections; None stands in their place.
    extra["article"] = [[field, None if field in ARTICLE else text] for field, text in raw.items()]
    title = str(raw.get("headline") or "Article")[:_TITLE_AT_MOST]
    return [SectionRecord("", key, title, (PassageRecord("article", None, raw[key]),)) for key in ARTICLE if key in raw]


def _fact_section(
    agent: str, key: str, raw: dict[str, Any], where: str, wiki: Wiki, extra: dict[str, Any], problems: Problems
) -> SectionRecord:
    passages: list[PassageRecord] = []
    problems.only_keys(raw, _SECTION, where)
    entity = problems.word(raw.get("entity"), _TITLE_AT_MOST, where, "entity")
    for field, value in raw.items():
        if field in WIKI:
            kind = WIKI[field]
            if isinstance(value, int) and not isinstance(value, bool):
                passages.append(PassageRecord(kind, str(value), wiki.get(kind, {}).get(value)))
            elif problems.of_type(value, str, where, field):
                passages.append(PassageRecord(kind, None, value))
        elif field == "fun_facts" and problems.of_type(value, list, where, field):
            for fact in value:
                if problems.of_type(fact, str, where, field):
                    only_an_id = fact.startswith("t3_") and " " not in fact
                    ref, text = (fact, None) if only_an_id else (None, fact)
                    passages.append(PassageRecord("fun_fact", ref, text))
    if list(raw) != section_keys(passages):
        extra.setdefault("section_keys", {})[f"{agent}.{key}"] = list(raw)
    return SectionRecord(agent, key, entity, tuple(passages))


def section_keys(passages: list[PassageRecord]) -> list[str]:
    """The keys of a section in the order of the published files."""
    kinds = {passage.kind for passage in passages}
    return ["entity", *(field for field, kind in WIKI.items() if kind in kinds), "fun_facts"]
