"""PDF/A extension schemas: how XMP declares properties of its own (ISO 19005-2 6.6.2.3.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Carriage returns too: readers of XML give them as newlines, so they would not read again."""


@dataclass(frozen=True)
class Schema:
    """A namespace and its properties, all of the value type Text."""

    title: str
    namespace: str
    prefix: str
    properties: dict[str, str]
    """Name of each property and what it means."""
    category: str = "internal"
    """`internal`: only programs set it; `external`: it comes from outside of the file's making."""


def xml(text: str) -> str:
    """Escape text; what XML 1.0 cannot hold becomes the replacement character."""
    return escape(NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def element(name: str, text: str) -> str:
    """Write a property with a simple value."""
    return f"<{name}>{xml(text)}</{name}>"


def declared(schemas: tuple[Schema, ...]) -> str:
    """Write the container that declares the schemas."""
    items = "\n".join(_declared(schema) for schema in schemas)
    return f"<pdfaExtension:schemas><rdf:Bag>\n{items}\n</rdf:Bag></pdfaExtension:schemas>"


def _declared(schema: Schema) -> str:
    properties = "\n".join(
        '<rdf:li rdf:parseType="Resource">'
        + element("pdfaProperty:name", name)
        + element("pdfaProperty:valueType", "Text")
        + element("pdfaProperty:category", schema.category)
        + element("pdfaProperty:description", meaning)
        + "</rdf:li>"
        for name, meaning in schema.properties.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource">'
        + element("pdfaSchema:schema", schema.title)
        + element("pdfaSchema:namespaceURI", schema.namespace)
        + element("pdfaSchema:prefix", schema.prefix)
        + f"<pdfaSchema:property><rdf:Seq>\n{properties}\n</rdf:Seq></pdfaSchema:property>"
        + "</rdf:li>"
    )
