"""Which languages Tesseract can read on this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache

from eakte.errors import EnvironmentProblemError
from eakte.i18n import _

_SECONDS = 20


_FOLDER = re.compile(r'^List of available languages in "(?P<folder>.+)"')


def installed_languages() -> frozenset[str]:
    """Give the names of Tesseract's language files; none if Tesseract is not installed."""
    return frozenset(_listing().split())


def tessdata() -> str:
    """Give the folder of Tesseract's language files, "" if Tesseract does not say."""
    told = _FOLDER.match(_listing())
    return told["folder"] if told else ""


def _listing() -> str:
    program = shutil.which("tesseract")
    return _listing_of(program) if program else ""


@cache
def _listing_of(program: str) -> str:
    command = [program, "--list-langs"]
    listing = subprocess.run(  # noqa: S603 - a program found on PATH, fixed arguments
        command, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    return listing.stdout + listing.stderr


def require_languages(languages: str) -> None:
    """Prove that a pipeline's languages ("deu+eng") can be read, and which way up a page is (osd).

    Raises EnvironmentProblemError naming the first that is not installed.
    """
    installed = installed_languages()
    if not installed:
        raise EnvironmentProblemError(detail=_("tesseract is not installed"))
    for name in (*languages.split("+"), "osd"):
        if name not in installed:
            detail = _("tesseract cannot read “{name}”: install tesseract-ocr-{name}")
            raise EnvironmentProblemError(detail=detail.format(name=name))
