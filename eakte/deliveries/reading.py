"""Reading an invoice so that nothing in it stays hidden: what was taken is noted."""

from __future__ import annotations

import hashlib
from base64 import b64decode

from lxml import etree

from eakte.deliveries.placing import grouped
from eakte.deliveries.xml import Element, found, leaves, local, tail, value
from eakte.domain.deliveries import clean_text

_BINARY = frozenset(
    {"EmbeddedDocumentBinaryObject", "AttachmentBinaryObject", "EmbeddedDocument", "BinaryObject"}
)


class Reader:
    """Takes values out of an XML tree by paths of local names, and remembers which."""

    def __init__(self, root: Element) -> None:
        """Begin with nothing taken."""
        self.root = root
        self._taken = dict[Element, set[str]]()

    def text(self, paths: str, at: Element | None = None) -> str:
        """Give the first value that is not empty at one of the paths (`a/b|c/d`), or ""."""
        for path in paths.split("|"):
            for element in found(self.root if at is None else at, path):
                if value(element):
                    return self.take(element)
        return ""

    def take(self, element: Element) -> str:
        """Give the value of an element and note that it was taken."""
        self._taken.setdefault(element, set()).add("")
        return value(element)

    def attribute(self, path: str, name: str, at: Element) -> str:
        """Give an attribute of the first element at the path that has it, or ""."""
        for element in found(at, path):
            if name in element.attrib:
                self._taken.setdefault(element, set()).add(name)
                return clean_text(str(element.attrib[name])).strip()
        return ""

    def total(self, path: str, currency: str) -> str:
        """Give the first amount in that currency; another one may follow for the tax office."""
        for element in found(self.root, path):
            if element.get("currencyID", currency) == currency and value(element):
                return self.take(element)
        return ""

    def address(self, path: str, lines: tuple[str, ...], place: tuple[str, str, str]) -> str:
        """Give an address in one line; `place` names the elements of postcode, town, country."""
        found_lines = [self.text(f"{path}/{each}") for each in lines]
        postcode, town, country = (self.text(f"{path}/{each}") for each in place)
        return ", ".join(filter(None, [*found_lines, f"{postcode} {town}".strip(), country]))

    def elements(self, paths: str) -> tuple[Element, ...]:
        """Give all elements at the paths, in order."""
        return tuple(each for path in paths.split("|") for each in found(self.root, path))

    def line_text(self, line: Element, name: str, more: str) -> str:
        """Give the name of what a line sells, and below it what else describes it."""
        return "\n".join(filter(None, (self.text(name, line), self.text(more, line))))

    def rest(self, currency: str) -> tuple[tuple[str, str], ...]:
        """Give path and value of everything that was not taken, attributes too (`path/@name`).

        Only a `currencyID` that is the invoice's own currency is left out.
        """
        rows = list[tuple[str, str]]()
        for path, element in leaves(self.root):
            taken = self._taken.get(element, set())
            if value(element) and "" not in taken:
                rows.append((path, _shown(element)))
            rows += [
                (f"{path}/@{etree.QName(name).localname}", clean_text(str(content)))
                for name, content in element.attrib.items()
                if name not in taken and (name, content) != ("currencyID", currency)
            ]
            rows.extend((path, tail(child)) for child in element if tail(child))
        return tuple(rows)


def _shown(element: Element) -> str:
    if local(element) not in _BINARY:
        return value(element)
    data = binary(element)
    return f"{grouped(len(data))} Bytes, SHA-256 {hashlib.sha256(data).hexdigest()}"


def binary(element: Element) -> bytes:
    """Give the bytes of an element that holds base64; what is no base64 is given as it stands."""
    try:
        return b64decode("".join((element.text or "").split()), validate=True)
    except ValueError:
        return (element.text or "").encode()


def attachments(root: Element) -> tuple[tuple[str, bytes], ...]:
    """Give name and bytes of every file that is embedded in an invoice and not empty."""
    found_files = (
        (str(each.get("filename", "")), binary(each))
        for each in root.iter()
        if local(each) in _BINARY
    )
    return tuple((name, data) for name, data in found_files if data)
