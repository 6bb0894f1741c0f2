"""Translation of everything a person reads: German where the locale says so, else English."""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "eakte"
LOCALE_DIR = Path(__file__).parent / "locale"


_spoken: ContextVar[str] = ContextVar("spoken", default="")


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Translate into this language while the block runs: what becomes part of a German record."""
    before = _spoken.set(lang)
    try:
        yield
    finally:
        _spoken.reset(before)


def language() -> str:
    """Give the language, `de` or `en`, from EAKTE_LANG, LC_ALL, LC_MESSAGES or LANG."""
    if _spoken.get():
        return _spoken.get()
    for variable in ("EAKTE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "de" if value.lower().startswith("de") else "en"
    return "en"


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[lang], fallback=True)


def _(message: str) -> str:
    """Translate a message of ours; the English text is its own key."""
    return _catalogue(language()).gettext(message)


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools know
    """Mark a message for the catalogue without translating it yet."""
    return message
