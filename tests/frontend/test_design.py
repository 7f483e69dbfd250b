"""Frames of pages: the style guide hides outside DEBUG, errors stand alone, and nothing breaks the content policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.http import Http404
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings

from frontend.pages.styleguide import styleguide
from people.models import Role
from tests.factories import make_user

TEMPLATES = Path(__file__).resolve().parents[2] / "frontend" / "templates"
FORBIDDEN = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    "something from another site": re.compile(r"<(?:script|link|img)[^>]*(?:src|href)=\"(?:https?:)?//"),
    "text that is not escaped": re.compile(r"\|\s*safe\b|autoescape off|mark_safe"),
}


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_keeps_the_content_policy(path: Path) -> None:
    text = path.read_text()
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.django_db
@override_settings(DEBUG=True)
def test_the_style_guide_shows_every_part() -> None:
    request = RequestFactory().get("/styleguide/")
    request.user = make_user(Role.SCIENTIST)
    page = styleguide(request).content.decode()
    for part in ("dialog", "chips", "steps", "progress", "badge synthetic", "errors", "empty", "table-box"):
        assert part in page, part


@pytest.mark.django_db
def test_the_style_guide_is_not_there_without_debug() -> None:
    request = RequestFactory().get("/styleguide/")
    request.user = make_user(Role.ADMIN)
    with pytest.raises(Http404):
        styleguide(request)


def test_the_page_for_a_broken_server_needs_nothing() -> None:
    page = render_to_string("500.html")
    assert "Something broke" in page
    assert 'href="/static/frontend/app.css"' in page


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="evalsite.urls")
def test_a_stranger_gets_no_navigation_and_a_page_that_says_so(client: Client) -> None:
    answer = client.get("/sign-in/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "data-opens-keys" not in page
    assert 'class="skip"' in page
    assert "<main" in page


@pytest.mark.django_db
def test_a_group_of_boxes_is_a_fieldset_with_its_errors(client: Client) -> None:
    client.force_login(make_user(Role.SCIENTIST), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/profile/").content.decode()
    assert re.search(r"<fieldset[^>]*>\s*<legend>Scopes", page)
