"""Messages of xdomea as they arrive: XML, or a zip with one XML file, of editions that are read."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from eakte.deliveries.archive import extract
from eakte.deliveries.limits import refusal
from eakte.deliveries.xml import Element, found, read_xml, value
from eakte.domain.aktenplan import Disposal
from eakte.domain.deliveries import clean_text
from eakte.domain.findings import FindingCode
from eakte.i18n import N_

_ZIP = b"PK"
_NAMESPACE = re.compile(r"urn:xoev-de:xdomea:schema:(3\.0\.0|3\.1\.0|4\.0\.0)")
_SPACE = re.compile(r"\s+")


def read_message(source: Path, out: Path) -> Element:
    """Read a message; `out` is an empty folder for the files of a zip.

    Raises UnusableInputError: what `read_xml` and `extract` refuse; `unknown_type` if it is no
    message of xdomea that eakte reads.
    """
    root = read_xml(_message_of(source, out))
    if not _NAMESPACE.fullmatch(etree.QName(root).namespace or ""):
        detail = N_("it is no message of xdomea 3.0.0, 3.1.0 or 4.0.0")
        raise refusal(FindingCode.UNKNOWN_TYPE, detail)
    return root


def _message_of(source: Path, out: Path) -> Path:
    """Give the file with the message: the source, or the one XML file in it."""
    with source.open("rb") as file:
        if file.read(len(_ZIP)) != _ZIP:
            return source
    messages = [ours for name, ours in extract(source, out) if name.lower().endswith(".xml")]
    if len(messages) != 1:
        detail = N_("the package must hold exactly one message (XML)")
        raise refusal(FindingCode.UNKNOWN_TYPE, detail)
    return out / messages[0]


def text_of(element: Element, path: str) -> str:
    """Give a text in one line, "" if it is missing."""
    first = next(found(element, path), None)
    return "" if first is None else _SPACE.sub(" ", clean_text(value(first))).strip()


def disposal_of(element: Element) -> Disposal | None:
    """Give the Aussonderungsart of an element, None if it is none of A, B, V."""
    code = text_of(element, "Aussonderungsart/Aussonderungsart/code")
    code = code or text_of(element, "Aussonderungsart/AussonderungsartKonfigurierbar")
    return Disposal(code) if code in set(Disposal) else None
