"""The XMP packet of an archive copy: pure, and the same facts give the same bytes.

Its own properties are declared by a PDF/A extension schema (ISO 19005-2 6.6.2.3.3), so that any
reader of PDF/A knows their meaning and validators accept them. Title, author and the like of the
scan are not taken over: the packet says what eakte knows, the original keeps its own metadata.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from eakte.domain.archive import Claim, Level
from eakte.domain.codec import from_json, to_json
from eakte.domain.transfervermerk import Transfervermerk
from eakte.pdfa.extension import NOT_IN_XML, Schema, declared, element, xml
from eakte.pdfa.invoice_xmp import InvoiceFacts, invoice_facts, xmp_tree

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
    "anomaliesStatement": "(c) the same in words",
    "receivedAt": "(d) time of intake and integrity protection by hash",
    "recognisedAt": "(d) time of capture of metadata",
    "releasedAt": "(d) time of the end of quality assurance",
    "madeAt": "(d) time of this Transfervermerk, just before the seal",
    "qaKind": "(e) how it was checked: full, sample or rule",
    "qaBatch": "(e) batch that the sample was drawn from",
    "qaSeed": "(e) seed that the sample was drawn with",
    "firstPerson": "(e) first of two persons who checked it",
    "qaResult": "(e) result of quality assurance",
    "complete": "(e) whether every page is in the document",
    "matchStatement": "(f) whether picture and content match the paper",
    "schutzbedarf": "Protection need of its class",
    "levelReached": "Protection level that the seal reaches",
    "sealLevel": "PAdES level that it is sealed for (ETSI EN 319 142-1)",
    "levelMissing": "What the protection need demands and the seal does not have",
    JSON_PROPERTY: "The whole Transfervermerk as JSON",
}
_SCHEMA = Schema("eakte Transfervermerk", NAMESPACE, PREFIX, _PROPERTIES)
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PDFAID = "http://www.aiim.org/pdfa/ns/id/"
_SPACES = {
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": _PDFAID,
}
_DESCRIBED = {"dc": "http://purl.org/dc/elements/1.1/"}
_EXTENDED = {
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}
_PLAIN_CLAIM = Claim()
_LINE_ENDS = re.compile("[\t\n\r\x85\u2028\u2029]")
_HEADER = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_TRAILER = '<?xpacket end="r"?>'


@dataclass(frozen=True)
class Facts:
    """What the packet says: the claim, the e-invoice, the Transfervermerk once there is one."""

    claim: Claim = _PLAIN_CLAIM
    transfervermerk: Transfervermerk | None = None
    invoice: InvoiceFacts | None = None

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """Give the extension schemas that the packet needs."""
        invoice = () if self.invoice is None else (self.invoice.schema,)
        return invoice if self.transfervermerk is None else (*invoice, _SCHEMA)


def packet(facts: Facts) -> bytes:
    """Write the packet: what it is, who made it, and its Transfervermerk once there is one."""
    body = [
        element("pdfaid:part", str(facts.claim.part)),
        element("pdfaid:conformance", facts.claim.level.value),
        element("pdf:Producer", PRODUCER),
    ]
    spaces = dict(_SPACES)
    if facts.transfervermerk is not None:
        spaces |= _DESCRIBED
        body += _description(facts.transfervermerk) + _items(facts.transfervermerk)
    if facts.invoice is not None:
        body += facts.invoice.elements()
    spaces |= {schema.prefix: schema.namespace for schema in facts.schemas}
    lines = [
        _HEADER,
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
        f'<rdf:RDF xmlns:rdf="{_RDF}">',
        *(_about(_EXTENDED, [declared(facts.schemas)]) if facts.schemas else ()),
        *_about(spaces, body),
        "</rdf:RDF>",
        "</x:xmpmeta>",
        _TRAILER,
    ]
    return "\n".join(lines).encode()


def _about(spaces: dict[str, str], body: list[str]) -> list[str]:
    """Write a description; schemas need one of their own, first, for readers like Apache XmpBox."""
    namespaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    return [f'<rdf:Description rdf:about="" {namespaces}>', *body, "</rdf:Description>"]


def read_facts(data: bytes) -> Facts:
    """Read a packet that `packet` wrote; raises ValueError unless it is one, to the byte."""
    root = xmp_tree(data)
    if root is None:
        raise ValueError("this is no XMP")
    level = Level(root.findtext(f".//{{{_PDFAID}}}conformance"))
    claim = Claim(int(root.findtext(f".//{{{_PDFAID}}}part") or 0), level)
    note = root.findtext(f".//{{{NAMESPACE}}}{JSON_PROPERTY}")
    transfervermerk = None if note is None else from_json(Transfervermerk, note)
    facts = Facts(claim, transfervermerk, invoice_facts(data))
    if packet(facts) != data:
        raise ValueError("this XMP was not written by eakte, or was changed")
    return facts


def _description(vermerk: Transfervermerk) -> list[str]:
    title = _line(f"Dokument {vermerk.document}")
    return [
        _alternatives("dc:title", title),
        _alternatives("dc:description", _line(vermerk.match_statement)),
        element("xmp:CreateDate", _moment(vermerk.received_at)),
        element("xmp:ModifyDate", _moment(vermerk.released_at)),
        element("xmp:MetadataDate", _moment(vermerk.released_at)),
    ]


def _alternatives(name: str, text: str) -> str:
    item = f'<rdf:li xml:lang="x-default">{xml(text)}</rdf:li>'
    return f"<{name}><rdf:Alt>{item}</rdf:Alt></{name}>"


def _items(vermerk: Transfervermerk) -> list[str]:
    anomalies = "; ".join(
        f"{found.code.value} ({found.page})" if found.page is not None else found.code.value
        for found in vermerk.anomalies
    )
    check, first = vermerk.release.check, vermerk.release.first
    values = {
        "document": vermerk.document,
        "sourceSha256": vermerk.source_sha256,
        "creator": vermerk.creator,
        "organisation": vermerk.organisation,
        "environment": vermerk.environment,
        "verfahrensdokumentation": str(vermerk.verfahrensdokumentation),
        "anomalies": anomalies,
        "anomaliesStatement": vermerk.anomalies_statement,
        "receivedAt": _moment(vermerk.received_at),
        "recognisedAt": _moment(vermerk.recognised_at),
        "releasedAt": _moment(vermerk.released_at),
        "madeAt": _moment(vermerk.made_at),
        "qaKind": check.kind.value,
        "qaBatch": check.batch,
        "qaSeed": check.seed,
        "firstPerson": first.person if first else "",
        "qaResult": vermerk.qa_result,
        "complete": "True" if vermerk.complete else "False",
        "matchStatement": vermerk.match_statement,
        "schutzbedarf": vermerk.schutzbedarf,
        "levelReached": vermerk.level_reached,
        "sealLevel": vermerk.seal_level.value,
        "levelMissing": "; ".join(lack.value for lack in vermerk.level_missing),
        JSON_PROPERTY: json_of(vermerk),
    }
    return [element(f"{PREFIX}:{name}", _line(text)) for name, text in values.items()]


def _line(text: str) -> str:
    """Write text in one line: validators differ on whether Text may have several."""
    return _LINE_ENDS.sub(" ", text)


def json_of(vermerk: Transfervermerk) -> str:
    """Write the whole as one line of JSON; what XML cannot hold is escaped, not lost."""
    text = to_json(vermerk).decode()
    for unfit in (NOT_IN_XML, _LINE_ENDS):
        text = unfit.sub(lambda letter: f"\\u{ord(letter[0]):04x}", text)
    return text


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
