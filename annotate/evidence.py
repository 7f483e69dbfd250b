"""What an answer points at: sentences of what the turn's speaker had read, or the speaker's own knowledge.

Kept in `Rating.evidence` as {"sentences": [{"section", "passage", "sentence", "stance", "text"}], "personal_knowledge":
bool}: section by key, passage and sentence counted from 0, the text as it was shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

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
        raise BadEvidence(_("Evidence is an object with `sentences` and `%(personal)s`.") % {"personal": PERSONAL})
    listed, personal = raw.get("sentences", []), raw.get(PERSONAL, False)
    if not isinstance(listed, list) or len(listed) > MOST:
        raise BadEvidence(_("`sentences` is a list of at most %(most)s.") % {"most": MOST})
    if not isinstance(personal, bool):
        raise BadEvidence(_("`%(personal)s` is true or false.") % {"personal": PERSONAL})
    shown = reading_set(sections, speaker)
    order = {key: place for place, key in enumerate(shown)}
    found = {}
    for one in listed:
        pointed = _sentence(one, shown)
        found[order[pointed["section"]], pointed["passage"], pointed["sentence"]] = pointed
    if len(found) < len(listed):
        raise BadEvidence(_("A sentence is pointed at twice."))
    if not found and not personal:
        return None
    return {"sentences": [found[place] for place in sorted(found)], PERSONAL: personal}


def _sentence(raw: Any, shown: dict[str, KnowledgeSection]) -> dict[str, Any]:
    if not isinstance(raw, dict) or set(raw) - {"section", "passage", "sentence", "stance", "text"}:
        raise BadEvidence(_("A sentence is named by `section`, `passage`, `sentence` and `stance`."))
    if raw.get("stance") not in STANCES:
        raise BadEvidence(
            _("“%(given)s” is no stance; known: %(known)s.") % {"given": raw.get("stance"), "known": ", ".join(STANCES)}
        )
    key, passage, sentence = raw.get("section"), raw.get("passage"), raw.get("sentence")
    section = shown.get(key) if isinstance(key, str) else None
    if section is None:
        raise BadEvidence(_("The speaker of this turn had no section “%(key)s”.") % {"key": key})
    if type(passage) is not int or not 0 <= passage < len(section.passages):
        raise BadEvidence(_("Section %(key)s has no passage %(passage)s.") % {"key": key, "passage": passage})
    parts = sentences(section.passages[passage].get("text") or "")
    if type(sentence) is not int or not 0 <= sentence < len(parts):
        raise BadEvidence(
            _("Passage %(passage)s of section %(key)s has no sentence %(sentence)s.")
            % {"passage": passage, "key": key, "sentence": sentence}
        )
    stance, text = raw["stance"], parts[sentence].strip()
    return {"section": key, "passage": passage, "sentence": sentence, "stance": stance, "text": text}
