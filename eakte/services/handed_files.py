"""Which files of a letter are handed over: its sealed original, and what that only shows."""

from __future__ import annotations

from eakte.database import Connection
from eakte.domain.akten import Document, DocumentState
from eakte.domain.findings import FindingCode
from eakte.domain.handover import Format, HandedFile
from eakte.domain.ids import Digest
from eakte.domain.mail import PAGED, Enclosure, EnclosureRole, MediaType
from eakte.handover.naming import file_name
from eakte.records import documents, scans
from eakte.records.scans import ScanRecord

FORMATS = {
    MediaType.PDF: (Format.PDF, "pdf"),
    MediaType.TIFF: (Format.TIFF, "tif"),
    MediaType.JPEG: (Format.JPEG, "jpg"),
    MediaType.PNG: (Format.PNG, "png"),
    MediaType.MAIL: (Format.MAIL, "eml"),
    MediaType.XML: (Format.XML, "xml"),
    MediaType.CMS: (Format.CMS, "p7m"),
    MediaType.ZIP: (Format.OTHER, "zip"),
    MediaType.DELIVERY: (Format.OTHER, "json"),
}
_COUNTS_ITSELF = frozenset({FindingCode.INCOMING_SIGNATURE, FindingCode.E_INVOICE})
"""What arrived signed, or as an e-invoice: the file as received counts, not the copy of it."""


def files_of(connection: Connection, document: Document, uuid: str) -> tuple[HandedFile, ...]:
    """Give the versions of a letter, the oldest first; none while it has no sealed original.

    The file as received comes first if it counts itself: if the sealed original only shows it (a
    mail, an XML, an archive), or if it arrived signed. It is left out if other letters came in the
    same file, for they may belong to others; letters of what is packed in it (the attachments of a
    mail) must be filed in the same Akte. Former sealed originals are the beginning of the
    present one, byte for byte: only time-stamps were added to them.
    """
    if document.sealed is None:
        return ()
    record = scans.get(connection, document.scan)
    beside = scans.enclosures_of(connection, document.scan)
    inside = documents.packed_in(connection, document.scan)
    alone = all(each.id == document.id or _belongs(each, document) for each in inside)
    received = _received(document, record, beside, uuid) if alone else ()
    return (*received, _sealed(document, document.sealed, uuid))


def _belongs(packed: Document, document: Document) -> bool:
    """Tell whether a letter that was packed in the file of another is filed in its Akte."""
    is_here = packed.aktenzeichen == document.aktenzeichen
    return packed.scan != document.scan and packed.state is DocumentState.FILED and is_here


def _sealed(document: Document, digest: Digest, uuid: str) -> HandedFile:
    made = document.transfervermerk
    return HandedFile(
        name=file_name(uuid, digest, "pdf"),
        original=f"{document.id}.pdf",
        digest=digest,
        format=Format.PDF_A,
        version=str(document.conversion.claim),
        made_at=made.made_at if made else None,
        sealed=True,
    )


def _received(
    document: Document, record: ScanRecord, beside: tuple[Enclosure, ...], uuid: str
) -> tuple[HandedFile, ...]:
    """Give the file as received if it counts itself, with its detached signatures."""
    kind = MediaType(record.media_type)
    signatures = [each for each in beside if each.role is EnclosureRole.SIGNATURE]
    findings = {finding.code for finding in document.findings}
    if kind in PAGED and not signatures and not findings & _COUNTS_ITSELF:
        return ()
    form, ending = FORMATS[kind]
    file = HandedFile(
        name=file_name(uuid, document.scan, ending),
        original=record.scan.name,
        digest=document.scan,
        format=form,
        other=kind.value if form is Format.OTHER else "",
        made_at=record.scan.received_at,
        sealed=FindingCode.INCOMING_SIGNATURE in findings and not signatures,
        signatures=tuple(_signature(each, uuid) for each in signatures),
    )
    return (file,)


def _signature(enclosure: Enclosure, uuid: str) -> HandedFile:
    name = file_name(uuid, enclosure.digest, "p7s")
    return HandedFile(name, enclosure.name, enclosure.digest, Format.SIGNATURE)
