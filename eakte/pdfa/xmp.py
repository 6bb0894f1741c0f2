"""The XMP packet of an archive copy: pure, and the same facts give the same bytes.

Its own properties are declared by a PDF/A extension schema (ISO 19005-2 6.6.2.3.3), so that any
reader of PDF/A knows their meaning and validators accept them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from eakte.domain.archive import Claim
from eakte.domain.codec import to_json
from eakte.domain.transfervermerk import Transfervermerk

NAMESPACE = "https://eakte.example/ns/transfervermerk/1.0/"
PREFIX = "eakteTv"
JSON_PROPERTY = "json"
PRODUCER = "eakte"

_PROPERTIES = {
    "document": "Document id",
    "sourceSha256": "SHA-256 of the scan as the scanner delivered it",
    "creator": "TR-03138 A.NB.4 (a): the natural person who answers for the Transfervermerk",
    "organisation": "Organisation of the creator",
    "environment": "(b) technical and organisational environment",
    "verfahrensdokumentation": "(b) version and SHA-256 of the Verfahrensdokumentation in force",
    "anomalies": "(c) anomalies of the paper or the scan",
    "receivedAt": "(d) time of intake and integrity protection by hash",
    "recognisedAt": "(d) time of capture of metadata",
    "releasedAt": "(d) time of the end of quality assurance",
    "qaResult": "(e) result of quality assurance",
    "complete": "(e) whether every page is in the document",
    "matchStatement": "(f) whether picture and content match the paper",
    "levelReached": "Protection level that the seal reaches",
    JSON_PROPERTY: "The whole Transfervermerk as JSON",
}
_SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
    PREFIX: NAMESPACE,
}
_PLAIN_CLAIM = Claim()
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = ("rdf", "xmp", "pdf", "pdfaid")
_HEADER = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_TRAILER = '<?xpacket end="r"?>'


@dataclass(frozen=True)
class Facts:
    """What the packet says: the claim, and the Transfervermerk once there is one."""

    claim: Claim = _PLAIN_CLAIM
    transfervermerk: Transfervermerk | None = None


@dataclass(frozen=True)
class _Item:
    name: str
    text: str

    def element(self) -> str:
        return f"<{self.name}>{_xml(self.text)}</{self.name}>"


def _xml(text: str) -> str:
    """Escape text; what XML 1.0 cannot hold becomes the replacement character."""
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def packet(facts: Facts) -> bytes:
    """Write the packet: what it is, who made it, and its Transfervermerk once there is one."""
    transfervermerk = facts.transfervermerk
    body = [
        _Item("pdfaid:part", str(facts.claim.part)).element(),
        _Item("pdfaid:conformance", facts.claim.level.value).element(),
        _Item("pdf:Producer", PRODUCER).element(),
    ]
    spaces: tuple[str, ...] = _PLAIN
    if transfervermerk is not None:
        body += _description(transfervermerk)
        body += [item.element() for item in _items(transfervermerk)]
        body.append(_extension_schema())
        spaces = tuple(_SPACES)
    declared = " ".join(f'xmlns:{name}="{_SPACES[name]}"' for name in spaces if name != "rdf")
    lines = [
        _HEADER,
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
        f'<rdf:RDF xmlns:rdf="{_SPACES["rdf"]}">',
        f'<rdf:Description rdf:about="" {declared}>',
        *body,
        "</rdf:Description>",
        "</rdf:RDF>",
        "</x:xmpmeta>",
        _TRAILER,
    ]
    return "\n".join(lines).encode()


def _description(vermerk: Transfervermerk) -> list[str]:
    title = f"Dokument {vermerk.document}"
    return [
        _alternatives("dc:title", title),
        _alternatives("dc:description", vermerk.match_statement),
        _Item("xmp:CreateDate", _moment(vermerk.received_at)).element(),
        _Item("xmp:ModifyDate", _moment(vermerk.released_at)).element(),
        _Item("xmp:MetadataDate", _moment(vermerk.released_at)).element(),
    ]


def _alternatives(name: str, text: str) -> str:
    item = f'<rdf:li xml:lang="x-default">{_xml(text)}</rdf:li>'
    return f"<{name}><rdf:Alt>{item}</rdf:Alt></{name}>"


def _items(vermerk: Transfervermerk) -> list[_Item]:
    anomalies = "; ".join(
        f"{found.code.value} ({found.page})" if found.page is not None else found.code.value
        for found in vermerk.anomalies
    )
    values = {
        "document": vermerk.document,
        "sourceSha256": vermerk.source_sha256,
        "creator": vermerk.creator,
        "organisation": vermerk.organisation,
        "environment": vermerk.environment,
        "verfahrensdokumentation": vermerk.verfahrensdokumentation,
        "anomalies": anomalies,
        "receivedAt": _moment(vermerk.received_at),
        "recognisedAt": _moment(vermerk.recognised_at),
        "releasedAt": _moment(vermerk.released_at),
        "qaResult": vermerk.qa_result,
        "complete": "True" if vermerk.complete else "False",
        "matchStatement": vermerk.match_statement,
        "levelReached": vermerk.level_reached,
        JSON_PROPERTY: to_json(vermerk).decode(),
    }
    return [_Item(f"{PREFIX}:{name}", text) for name, text in values.items()]


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _extension_schema() -> str:
    properties = "\n".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>internal</pdfaProperty:category>"
        f"<pdfaProperty:description>{escape(meaning)}</pdfaProperty:description>"
        "</rdf:li>"
        for name, meaning in _PROPERTIES.items()
    )
    return (
        "<pdfaExtension:schemas><rdf:Bag>\n"
        '<rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>eakte Transfervermerk</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>"
        f"<pdfaSchema:prefix>{PREFIX}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>\n{properties}\n</rdf:Seq></pdfaSchema:property>"
        "</rdf:li>\n"
        "</rdf:Bag></pdfaExtension:schemas>"
    )
