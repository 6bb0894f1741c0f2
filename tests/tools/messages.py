"""`make messages`: bring the German catalogue up to date with the code, and compile it."""

from __future__ import annotations

import io
from pathlib import Path

import typer.core
from babel.messages.catalog import Catalog
from babel.messages.extract import extract as babel_extract
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from eakte.i18n import LOCALE_DIR

_ROOT = Path(__file__).parents[2]
_FOLDER = LOCALE_DIR / "de" / "LC_MESSAGES"


def extract() -> list[str]:
    """Give every message of the code, in the order of the files."""
    return _messages_in(_ROOT / "eakte") + _messages_in(_ROOT / "sample_mail")


def library_messages() -> list[str]:
    """Give the words of the command-line library, which our catalogue translates too."""
    source = Path(typer.core.__file__).read_bytes()
    found = babel_extract("python", io.BytesIO(source), keywords={"_": None})
    return list(dict.fromkeys(str(message) for _line, message, _comments, _context in found))


def _messages_in(folder: Path) -> list[str]:
    keywords = {"_": None, "N_": None}
    found = extract_from_dir(str(folder), method_map=[("**.py", "python")], keywords=keywords)
    messages = (str(message) for _file, _line, message, _comments, _context in found)
    return list(dict.fromkeys(messages))


def main() -> None:
    """Write eakte.po with every message (old translations kept) and eakte.mo."""
    known: dict[str, str] = {}
    if (_FOLDER / "eakte.po").exists():
        with (_FOLDER / "eakte.po").open("rb") as file:
            known = {str(each.id): str(each.string) for each in read_po(file) if each.id}
    catalogue = Catalog(locale="de", project="eakte", fuzzy=False)
    for message in dict.fromkeys([*extract(), *library_messages()]):
        catalogue.add(message, known.get(message, ""))
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "eakte.po").open("wb") as out:
        write_po(out, catalogue, width=100, sort_output=True, omit_header=False)
    with (_FOLDER / "eakte.mo").open("wb") as out:
        write_mo(out, catalogue)
    missing = [str(each.id) for each in catalogue if each.id and not each.string]
    print(f"{len(catalogue)} messages, {len(missing)} without translation")


if __name__ == "__main__":
    main()
