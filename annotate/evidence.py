"""What an answer points at: sentences of what the turn's speaker had read, or the speaker's own knowledge.

Kept in `Rating.evidence` as {"sentences": [{"section", "passage", "sentence", "stance", "text"}], "personal_knowledge":
bool}: section by key, passage and sentence counted from 0, the text as it was shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from annotate.models import KnowledgeSection
from annotate.sentences import sentences

STANCES = ("supports", "contradicts")
MOST = 50
PERSONAL = "personal_knowledge"


class BadEvidence(ValueError):
    """It points at nothing that the speaker had read."""


def reading_set(sections: Iterable[KnowledgeSection], speaker: str) -> dict[str, KnowledgeSection]:
    """The sections that a speaker had, by key, in their order; one of the speaker's own hides a common one."""
    found: dict[str, KnowledgeSection] = {}
    for section in sections:
        if section.speaker == speaker or (section.speaker == "" and section.key not in found):
            found[section.key] = section
    return found


def checked_evidence(raw: Any, sections: Iterable[KnowledgeSection], speaker: str) -> dict[str, Any] | None:
    """Evidence as a row keeps it, in the order of reading; None for one that points at nothing. Raises BadEvidence."""
    if not isinstance(raw, dict) or set(raw) - {"sentences", PERSONAL}:
        raise BadEvidence(f"Evidence is an object with `sentences` and `{PERSONAL}`.")
    listed, personal = raw.get("sentences", []), raw.get(PERSONAL, False)
    if not isinstance(listed, list) or len(listed) > MOST:
        raise BadEvidence(f"`sentences` is a list of at most {MOST}.")
    if not isinstance(personal, bool):
        raise BadEvidence(f"`{PERSONAL}` is true or false.")
    shown = reading_set(sections, speaker)
    order = {key: place for place, key in enumerate(shown)}
    found = {}
    for one in listed:
        pointed = _sentence(one, shown)
        found[order[pointed["section"]], pointed["passage"], pointed["sentence"]] = pointed
    if len(found) < len(listed):
        raise BadEvidence("A sentence is pointed at twice.")
    if not found and not personal:
        return None
    return {"sentences": [found[place] for place in sorted(found)], PERSONAL: personal}


def _sentence(raw: Any, shown: dict[str, KnowledgeSection]) -> dict[str, Any]:
    if not isinstance(raw, dict) or set(raw) - {"section", "passage", "sentence", "stance", "text"}:
        raise BadEvidence("A sentence is named by `section`, `passage`, `sentence` and `stance`.")
    if raw.get("stance") not in STANCES:
        raise BadEvidence(f"{raw.get('stance')!r} is no stance; known: {', '.join(STANCES)}.")
    key, passage, sentence = raw.get("section"), raw.get("passage"), raw.get("sentence")
    section = shown.get(key) if isinstance(key, str) else None
    if section is None:
        raise BadEvidence(f"The speaker of this turn had no section {key!r}.")
    if type(passage) is not int or not 0 <= passage < len(section.passages):
        raise BadEvidence(f"Section {key} has no passage {passage!r}.")
    parts = sentences(section.passages[passage].get("text") or "")
    if type(sentence) is not int or not 0 <= sentence < len(parts):
        raise BadEvidence(f"Passage {passage} of section {key} has no sentence {sentence!r}.")
    stance, text = raw["stance"], parts[sentence].strip()
    return {"section": key, "passage": passage, "sentence": sentence, "stance": stance, "text": text}
