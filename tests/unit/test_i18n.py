"""Issue 2, point 8: German where the locale says so, English otherwise, nothing untranslated."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from eakte.i18n import LOCALE_DIR
from tests.tools.messages import extract, library_messages

_FOLDER = LOCALE_DIR / "de" / "LC_MESSAGES"


def _catalogue() -> dict[str, str]:
    with (_FOLDER / "eakte.po").open("rb") as file:
        return {
            str(message.id): str(message.string)
            for message in read_po(file, locale="de")
            if message.id and not message.fuzzy
        }


def test_every_message_is_translated() -> None:
    catalogue = _catalogue()
    missing = [text for text in {*extract(), *library_messages()} if not catalogue.get(text)]
    assert not missing, f"run `make messages` and translate: {missing}"


def test_nothing_is_translated_that_is_not_used() -> None:
    assert set(_catalogue()) == {*extract(), *library_messages()}


def test_placeholders_survive_translation() -> None:
    import string

    def names(text: str) -> set[str]:
        return {name for _text, name, _spec, _conv in string.Formatter().parse(text) if name}

    for message, translation in _catalogue().items():
        assert names(message) == names(translation), message


def test_the_compiled_catalogue_is_current() -> None:
    with (_FOLDER / "eakte.mo").open("rb") as file:
        compiled = {str(message.id): str(message.string) for message in read_mo(file) if message.id}
    assert compiled == _catalogue(), "run `make messages`"


@pytest.mark.parametrize(
    ("variables", "german"),
    [
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "fr_FR.UTF-8"}, False),
        ({"LANG": "C.UTF-8", "EAKTE_LANG": "de"}, True),
        ({"LANG": "de_DE.UTF-8", "EAKTE_LANG": "en"}, False),
    ],
)
def test_the_language_follows_the_locale(
    variables: dict[str, str], german: bool, tmp_path: Path
) -> None:
    keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    command = [sys.executable, "-m", "eakte"]
    run = lambda *arguments: subprocess.run(  # noqa: E731
        [*command, *arguments], env=keep | variables, capture_output=True, text=True, check=False
    )
    help_text = run("--help").stdout
    assert ("Exit-Codes" in help_text) is german
    assert ("Optionen" in help_text) is german, "the words of the library too"
    error = run("status", "--home", str(tmp_path / "none")).stderr
    assert ("Fehler" in error) is german
    assert ("There is no eakte home" in error) is not german


def test_no_message_hides_in_an_f_string() -> None:
    """The extractor cannot see into them: such a message would silently stay English."""
    root = Path(__file__).parents[2]
    for folder in ("eakte", "sample_mail"):
        for file in (root / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
                    names = {getattr(each.func, "id", "") for each in calls}
                    assert not names & {"_", "N_"}, f"{file}:{node.lineno}"
