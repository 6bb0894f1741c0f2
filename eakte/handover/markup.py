"""Elements of an xdomea message: names in its namespace, texts that XML can hold."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TypeAlias

from lxml import etree

from eakte.domain.handover import Edition

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it
Content: TypeAlias = Element | str | None

_NOT_IN_XML = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""XML 1.0 §2.2; what a sender's text holds beside these cannot be written."""
_LISTS = "urn:xoev-de:xdomea:codeliste:"


def namespace(edition: Edition) -> str:
    """Give the namespace of an edition."""
    return f"urn:xoev-de:xdomea:schema:{edition.value}"


class Markup:
    """Makes elements of one edition; what is None or an empty text is left out."""

    def __init__(self, edition: Edition) -> None:
        """Write in the namespace of that edition, with the prefix that the standard demands."""
        self.edition = edition
        self._namespace = namespace(edition)

    def element(self, name: str, *content: Content) -> Element:
        """Make an element of texts and other elements, in this order."""
        made = etree.Element(f"{{{self._namespace}}}{name}", nsmap={"xdomea": self._namespace})
        for each in content:
            if isinstance(each, str):
                made.text = plain(each)
            elif each is not None:
                made.append(each)
        return made

    def told(self, name: str, text: str) -> Element | None:
        """Make an element of a text, none if there is nothing to tell."""
        return self.element(name, text) if plain(text).strip() else None

    def group(self, name: str, *content: Content) -> Element | None:
        """Make an element of others, none if all of them are missing."""
        return self.element(name, *content) if any(each is not None for each in content) else None

    def day(self, name: str, day: date | None) -> Element | None:
        """Make an element of a day."""
        return None if day is None else self.element(name, day.isoformat())

    def code(self, name: str, code: str, *, of: str, version: str, means: str = "") -> Element:
        """Make an element of a code; `of` is its code list, in full or as xdomea names it.

        The children of a code are in no namespace.
        """
        made = self.element(name)
        made.set("listURI", of if ":" in of else _LISTS + of)
        made.set("listVersionID", version)
        for child, text in (("code", code), ("name", means)):
            if text:
                etree.SubElement(made, child).text = text
        return made


def plain(text: str) -> str:
    """Give a text without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def moment(at: datetime) -> str:
    """Write a moment with milliseconds and time zone, as xs:dateTime."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def truth(*, value: bool) -> str:
    """Write a truth value as the standard's examples do."""
    return "1" if value else "0"
