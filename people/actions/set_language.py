from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from people.models import User


class UnknownLanguage(ValueError):
    """There are no pages in this language."""


def set_language(*, user: User, language: str) -> User:
    """The person's language, a code of settings.LANGUAGES; empty: as each browser asks. Raises UnknownLanguage."""
    if language and language not in dict(settings.LANGUAGES):
        raise UnknownLanguage(
            _("There are no pages in “%(language)s”; there are: %(known)s.")
            % {"language": language, "known": ", ".join(dict(settings.LANGUAGES))}
        )
    user.language = language
    user.save(update_fields=["language"])
    return user
