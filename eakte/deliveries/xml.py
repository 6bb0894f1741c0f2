"""XML from strangers: no DTD, no entities, no network, bounded depth and size.

Expat walks the file first, because it can be stopped at once; only then lxml builds the tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias
from xml.parsers import expat

from lxml import etree

from eakte.deliveries.limits import MAX_XML, MAX_XML_DEPTH, MAX_XML_ELEMENTS, refusal
from eakte.domain.deliveries import clean_text
from eakte.domain.findings import FindingCode
from eakte.i18n import N_

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it

_ENDED_EARLY = frozenset(
    {"no element found", "unclosed token", "unclosed CDATA section", "partial character"}
)


class _Walk:
    """What expat tells while it reads: refuses a DOCTYPE, too deep and too many elements."""

    def __init__(self) -> None:
        self.depth = 0
        self.elements = 0

    def start(self, _name: str, _attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_XML_DEPTH or self.elements > MAX_XML_ELEMENTS:
            raise refusal(FindingCode.TOO_LARGE, N_("the XML has too many or too deep elements"))

    def end(self, _name: str) -> None:
        self.depth -= 1

    @staticmethod
    def doctype(*_: object) -> None:
        raise refusal(FindingCode.DAMAGED, N_("the XML has a DOCTYPE, which is not allowed here"))


def read_xml(path: Path) -> Element:
    """Read a whole XML file and give its root.

    Raises UnusableInputError: `damaged` (malformed, or with a DOCTYPE), `truncated`, `too_large`.
    """
    if path.stat().st_size > MAX_XML:
        raise refusal(FindingCode.TOO_LARGE)
    data = path.read_bytes()
    _walk(data)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise refusal(FindingCode.DAMAGED, N_("the XML is malformed")) from None
    if root.getroottree().docinfo.internalDTD is not None:
        _Walk.doctype()
    return root


def _walk(data: bytes) -> None:
    walk, parser = _Walk(), expat.ParserCreate()
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.StartDoctypeDeclHandler = walk.doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        if expat.ErrorString(error.code) in _ENDED_EARLY:
            raise refusal(FindingCode.TRUNCATED, N_("the XML ends too early")) from None
        raise refusal(FindingCode.DAMAGED, N_("the XML is malformed")) from None
    except (LookupError, ValueError):
        raise refusal(FindingCode.DAMAGED, N_("the XML names an unknown encoding")) from None


def local(element: Element) -> str:
    """Give the name of an element without its namespace; "" for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def value(element: Element) -> str:
    """Give the text of an element without white space around it."""
    return clean_text(element.text or "").strip()


def tail(element: Element) -> str:
    """Give the text between an element and the next one, where only white space should be."""
    return clean_text(element.tail or "").strip()


def found(element: Element, path: str) -> Iterator[Element]:
    """Give the descendants at a path of local names, `Party/PartyName/Name`, in order."""
    name, _, rest = path.partition("/")
    for child in element:
        if local(child) == name:
            if rest:
                yield from found(child, rest)
            else:
                yield child


def leaves(root: Element) -> Iterator[tuple[str, Element]]:
    """Give every element that holds text or attributes, with its path of local names.

    Where several children have the same name, each is numbered: `InvoiceLine[2]`.
    """
    stack = [(local(root), root)]
    while stack:
        path, element = stack.pop()
        if value(element) or element.attrib or any(tail(child) for child in element):
            yield path, element
        stack.extend(reversed(list(_children(path, element))))


def _children(path: str, element: Element) -> Iterator[tuple[str, Element]]:
    children = [child for child in element if local(child)]
    total, seen = Counter(map(local, children)), Counter[str]()
    for child in children:
        name = local(child)
        seen[name] += 1
        number = f"[{seen[name]}]" if total[name] > 1 else ""
        yield f"{path}/{name}{number}", child
