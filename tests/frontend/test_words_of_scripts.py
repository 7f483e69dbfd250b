"""What scripts say comes from a catalog, in the reader's language: nothing is said in English past it."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.test import Client

from frontend.words import UnknownLanguage, words_in
from tests.factories import make_user
from tests.frontend.test_german import PROJECT, signed_in

SCRIPTS = PROJECT / "frontend" / "static" / "frontend"
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`\\])//[^\n]*", re.DOTALL)
_STRING = r"\"(?:[^\"\\\n]|\\.)*\""
_MARKED = re.compile(rf"\bn?gettext\(\s*{_STRING}(?:,\s*{_STRING})?")
_LITERAL = re.compile(rf"{_STRING}|`(?:[^`\\]|\\.)*`", re.DOTALL)
# Names of the language, of HTML and of keys, not words for people.
_NO_WORDS = re.compile(
    r"(?:class: |name\w*\(|querySelector(?:All)?\(|closest\??\.?\(|from |import\(|new Unreachable\()$"
)
SAME = {
    "Content-Type", "Accept", "X-CSRFToken", "POST", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Enter",
    "Escape",    "TEXTAREA", "SELECT", "INPUT", "BroadcastChannel", "A", "B", "E",
    "section cited",
}  # fmt: skip


def said(source: str) -> set[str]:
    """Literals of a script that read like words for people and are not handed to gettext."""
    bare = _MARKED.sub("gettext(", _COMMENT.sub("", source))
    found = set()
    for literal in _LITERAL.finditer(bare):
        text = re.sub(r"\$\{[^{}]*\}", "…", literal[0][1:-1])
        two_words = re.search(r"[A-Za-z]{2,},? [a-z]{2,}", text)
        sentence = re.match(r"[^\w]{0,2}[A-Z][A-Za-z]*", text) and not re.fullmatch(r"[#.…]\S+", text)
        if (
            (two_words or sentence)
            and text not in SAME
            and not text.startswith("<svg")
            and not _NO_WORDS.search(bare[: literal.start()])
        ):
            found.add(text)
    return found


def test_no_script_speaks_past_the_catalog() -> None:
    scripts = sorted(SCRIPTS.rglob("*.js"))
    assert len(scripts) > 20
    assert {file.name: left for file in scripts if (left := said(file.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('this.say("Not saved yet.");', {"Not saved yet."}),
        ('this.say("Saved");', {"Saved"}),
        ("this.say(`${count} answers kept here`);", {"… answers kept here"}),
        ('this.say(gettext("Not saved yet.")); // "Not saved yet."', set()),
        ('this.say(ngettext("%(n)s more answer", "%(n)s more answers", n));', set()),
        ('h("p", { class: "muted small" });', set()),
    ],
)
def test_a_word_past_the_catalog_is_found(source: str, found: set[str]) -> None:
    assert said(source) == found


@pytest.mark.parametrize("source", sorted((PROJECT / "locale").glob("*/LC_MESSAGES/djangojs.po")), ids=str)
def test_every_word_of_scripts_is_collected(source: Path) -> None:
    """Mend: make messages."""
    catalog = polib.pofile(str(source))
    marked = {
        text.replace('\\"', '"')
        for file in SCRIPTS.rglob("*.js")
        for text in re.findall(r"\bn?gettext\(\s*\"((?:[^\"\\]|\\.)*)\"", file.read_text(encoding="utf-8"))
    }
    assert len(marked) > 90
    assert marked - {entry.msgid for entry in catalog} == set()


@pytest.mark.django_db
def test_the_words_are_kept_for_good_and_change_their_address() -> None:
    client = signed_in(make_user())
    german = words_in("de")
    assert words_in("en").digest != german.digest
    assert len(german.body) < 30_000
    answer = client.get(f"/words/de.js?v={german.digest}", headers={"accept-language": "en"})
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert "Gespeichert" in answer.content.decode() or "Gespeichert".encode("unicode_escape") in answer.content
    assert client.get("/words/de.js?v=older")["Cache-Control"] == "no-store"
    assert client.get("/words/tlh.js").status_code == 404
    with pytest.raises(UnknownLanguage):
        words_in("tlh")


@pytest.mark.django_db
def test_pages_name_the_words_of_their_reader() -> None:
    client = signed_in(make_user())
    for language in ("en", "de"):
        html = client.get("/queue/", headers={"accept-language": language}).content.decode()
        tag = f'<script defer src="/words/{language}.js?v={words_in(language).digest}"></script>'
        assert tag in html and html.index(tag) < html.index("rating/queue.js")
    assert Client().get("/words/de.js").status_code == 302
