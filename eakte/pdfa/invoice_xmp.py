"""What the XMP of a ZUGFeRD or Factur-X invoice says of the XML that the PDF carries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from eakte.pdfa.extension import Schema, element

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_STANDARDS = {
    "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#": ("Factur-X", "fx"),
    "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#": ("ZUGFeRD 2.0", "fx"),
    "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#": ("ZUGFeRD 1.0", "zf"),
}
"""Namespaces, and the standard and prefix that they belong to, the newest first."""
_MEANINGS = {
    "DocumentFileName": "name of the embedded XML invoice file",
    "DocumentType": "INVOICE",
    "Version": "The actual version of the ZUGFeRD or Factur-X XML schema",
    "ConformanceLevel": "The conformance level of the embedded ZUGFeRD or Factur-X data",
}
_LONGEST = 200
MAX_XMP = 9_000_000


@dataclass(frozen=True)
class InvoiceFacts:
    """The e-invoice properties of an XMP packet; "" for one that it does not have."""

    namespace: str
    file_name: str
    document_type: str = ""
    version: str = ""
    conformance_level: str = ""

    def __post_init__(self) -> None:
        """Refuse a namespace that is none of an e-invoice."""
        if self.namespace not in _STANDARDS:
            raise ValueError(f"{self.namespace} is no namespace of e-invoices")

    @property
    def schema(self) -> Schema:
        """Declare the properties, as they are by the standard: external."""
        standard, prefix = _STANDARDS[self.namespace]
        title = f"{standard} PDFA Extension Schema"
        return Schema(title, self.namespace, prefix, _MEANINGS, "external")

    def elements(self) -> list[str]:
        """Write the properties that there are."""
        values = dict(zip(_MEANINGS, self._values(), strict=True))
        _, prefix = _STANDARDS[self.namespace]
        return [element(f"{prefix}:{name}", text) for name, text in values.items() if text]

    def _values(self) -> tuple[str, ...]:
        return (self.file_name, self.document_type, self.version, self.conformance_level)


def xmp_tree(data: bytes) -> etree._Element | None:
    """Parse an XMP packet of anyone: no DTD, no entities, no network; None if it is none."""
    if len(data) > MAX_XMP:
        return None
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data.strip(b"\0\t\n\r "), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if root.getroottree().docinfo.doctype else root


def invoice_facts(packet: bytes) -> InvoiceFacts | None:
    """Read the e-invoice properties of a PDF's XMP; None if it has none that name their file.

    Of several namespaces the newest counts.
    """
    root = xmp_tree(packet)
    if root is None:
        return None
    found = dict[tuple[str, str], str]()
    for namespace, name, text in _properties(root):
        found.setdefault((namespace, name), text)
    for namespace in _STANDARDS:
        values = [found.get((namespace, name), "") for name in _MEANINGS]
        if values[0]:
            return InvoiceFacts(namespace, *values)
    return None


def _properties(root: etree._Element) -> Iterator[tuple[str, str, str]]:
    """Give namespace, name and value of every simple property that has one."""
    for description in root.iter(f"{_RDF}Description"):
        simple = [(str(child.tag), child.text) for child in description if len(child) == 0]
        for tag, value in [*description.attrib.items(), *simple]:
            text = " ".join(str(value or "").split())
            namespace, closed, name = str(tag).partition("}")
            if closed and text and len(text) <= _LONGEST:
                yield namespace[1:], name, text
