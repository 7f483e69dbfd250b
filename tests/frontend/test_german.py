"""Whoever judges can do it in German: nothing that the server sends to an annotator stays English (scripts may)."""

from __future__ import annotations

import gettext
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polib
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils.translation import gettext as _

from annotate.models import Study
from people.actions.invite import invite
from people.models import Role, User
from tests.blindness.world import World, build
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PROJECT = Path(__file__).resolve().parents[2]
# The same word in both languages, or no word of ours: names, data, keys of the keyboard.
SAME = {
    "Evalsite", "Name", "API", "Esc", "Enter", "English", "Deutsch", "Ctrl+Z", "Strg", "Ctrl", "Ctrl+Shift+Z",
    "Admin", "· Evalsite", "Shift", "Del",
}  # fmt: skip
_PLACES = re.compile(r"%\(\w+\)[sd]|%[s%]")
SAID = ("aria-label", "title", "placeholder", "alt")


class _Words(HTMLParser):
    """Every text that a person reads or hears: text nodes, labels, tool tips, the title."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quiet += tag in ("script", "style", "code", "kbd", "pre")
        self.found |= {value for name, value in attrs if name in SAID and value}

    def handle_endtag(self, tag: str) -> None:
        self.quiet -= tag in ("script", "style", "code", "kbd", "pre")

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.found.add(" ".join(data.split()))


def words(html: str) -> set[str]:
    parser = _Words()
    parser.feed(html)
    return {each for each in parser.found if any(letter.isalpha() for letter in each)}


def untranslated(client: Client, address: str, data: set[str], **more: Any) -> set[str]:
    """What a page says in German just as in English, and that is no data."""
    english, german = (
        client.get(address, headers={"accept-language": language, "accept": "text/html"}, **more)
        for language in ("en", "de")
    )
    assert german["Content-Language"] == "de" and english.status_code == german.status_code, address
    left = words(german.content.decode()) & words(english.content.decode())
    return {
        each
        for each in left - SAME
        if each.lstrip(": ") not in data and not re.fullmatch(r"\d+ (s|min|h)|[0-9a-f]{64}", each)
    }


@pytest.fixture
def world() -> World:
    return build()


def data_of(world: World) -> set[str]:
    """Names and texts that people wrote or imported: no page translates them."""
    task = world.done_task
    said = {world.me.username, "Look again.", "Mine."}
    for row in (world.open_task, task):
        campaign, conversation = row.item.campaign, row.item.conversation
        said |= {campaign.name, conversation.topic, conversation.corpus.name, conversation.external_id}
        said |= {turn.text for turn in conversation.turns.all()}
        said |= {question.dimension_version.dimension.name for question in campaign.questions.all()}
        for question in campaign.questions.all():
            version = question.dimension_version
            said |= {version.question, version.guidance}
            for point in version.scale:
                said |= {text for name, text in point.items() if name != "value"}
    said |= {"Blind ahead"} | set(Study.objects.values_list("name", flat=True))
    for study in Study.objects.all():
        said |= {text for question in study.questions.all() for text in (question.name, question.text)}
    return said


def annotators_pages(world: World) -> list[str]:
    return [
        "/queue/", "/my/", "/my/agreement/", "/studies/", "/profile/", "/profile/password/", "/nowhere/",
        f"/rate/{world.open_task.pk}/", f"/rate/{world.done_task.pk}/", f"/studies/{world.place.pair.study_id}/rate/",
    ]  # fmt: skip


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_nothing_of_an_annotators_pages_stays_english(world: World) -> None:
    client, data = signed_in(world.me), data_of(world)
    left = {address: found for address in annotators_pages(world) if (found := untranslated(client, address, data))}
    assert left == {}


def test_nor_of_the_pages_before_one_is_signed_in() -> None:
    client = Client()
    _row, secret = invite(by=make_user(Role.ADMIN), role=Role.ANNOTATOR)
    for address in ("/sign-in/", f"/join/{secret}/", "/join/nonsense/"):
        assert untranslated(client, address, set()) == set(), address


def test_an_english_word_is_found(settings: Any) -> None:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f'<p title="Plain title">Plain words</p><p>{_("Queue")}</p><script>let x = "No";</script>')

    class Doors:
        urlpatterns = [path("plain/", page, name="plain")]

    settings.ROOT_URLCONF = Doors
    assert untranslated(signed_in(make_user()), "/plain/", set()) == {"Plain title", "Plain words"}


def test_the_own_choice_comes_before_the_browsers(world: World) -> None:
    client = signed_in(world.me)
    german = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}
    assert "Aufgaben" in client.get("/queue/", headers=german).content.decode()
    assert "Queue" in client.get("/queue/", headers={"accept-language": "fr"}).content.decode()
    answer = client.post("/profile/language/", {"language": "de"}, follow=True)
    assert "Ihre Sprache ist gespeichert." in answer.content.decode()
    answer = client.get("/queue/", headers={"accept-language": "en"})
    assert answer["Content-Language"] == "de" and '<html lang="de">' in answer.content.decode()
    client.post("/profile/language/", {"language": "en"})
    assert "Queue" in client.get("/queue/", headers=german).content.decode()
    client.post("/profile/language/", {"language": ""})
    assert "Aufgaben" in client.get("/queue/", headers=german).content.decode()


def test_an_unknown_language_is_refused_in_words(world: World) -> None:
    answer = signed_in(world.me).post("/profile/language/", {"language": "tlh"}, follow=True)
    assert "no pages in “tlh”" in answer.content.decode()
    world.me.refresh_from_db()
    assert world.me.language == ""


def test_numbers_are_written_alike(world: World) -> None:
    """A chart's coordinates and CSV know one decimal point only."""
    client = signed_in(make_user(Role.ADMIN))
    for address in ("/campaigns/", "/disagreement/?corpus=blind", "/side-by-side/?corpus=blind"):
        html = client.get(address, headers={"accept-language": "de"}).content.decode()
        assert 'd="M' not in html or "," not in html.split('d="M')[1].split('"')[0].replace(", ", "")
    from django.utils import formats, translation

    with translation.override("de"):
        assert formats.localize(1234.5) == "1234.5"


@pytest.mark.parametrize("source", sorted((PROJECT / "locale").glob("*/LC_MESSAGES/*.po")), ids=lambda file: file.stem)
def test_everything_collected_is_translated(source: Path) -> None:
    """For every role and page. Mend: make messages, then fill in what is empty, then make messages again."""
    assert [entry.msgid for entry in polib.pofile(str(source)).untranslated_entries()] == []


@pytest.mark.parametrize("source", sorted((PROJECT / "locale").glob("*/LC_MESSAGES/*.po")), ids=lambda file: file.stem)
def test_what_is_compiled_is_what_is_written(source: Path) -> None:
    """A fresh clone reads the .mo file: without gettext nothing makes it anew. Mend: make messages."""
    with source.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in polib.pofile(str(source)):
        assert "fuzzy" not in entry.flags, entry.msgid
        if entry.msgid_plural and all(entry.msgstr_plural.values()):
            assert compiled.ngettext(entry.msgid, entry.msgid_plural, 1) == entry.msgstr_plural[0]
            assert compiled.ngettext(entry.msgid, entry.msgid_plural, 2) == entry.msgstr_plural[1]
        elif entry.msgstr:
            assert compiled.gettext(entry.msgid) == entry.msgstr
        places = set(_PLACES.findall(entry.msgid + entry.msgid_plural))
        for form, text in [(None, entry.msgstr), *entry.msgstr_plural.items()]:
            missing = places ^ set(_PLACES.findall(text))
            # "One answer" need not say the number again.
            assert not text or not missing or (form == 0 and missing == {"%(n)s"}), entry.msgid


def test_labels_of_other_roles_forms_are_german() -> None:
    client = signed_in(make_user(Role.ADMIN))
    for address in ("/studies/new/", "/campaigns/dimensions/new/", "/audit/"):
        english, german = (client.get(address, headers={"accept-language": language}) for language in ("en", "de"))
        assert english.status_code == german.status_code == 200, address
        labels = [set(re.findall(r"<label[^>]*>\s*([^<]+?)\s*<", page.content.decode())) for page in (english, german)]
        assert labels[0] & labels[1] - SAME == set(), address
