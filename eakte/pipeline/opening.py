"""Opening what was received, before its pages are looked at: is it more than one file?

A mail, an archive, a folder or signed content holds files that are received on their own; what has
no pages gets a view, a PDF drawn by eakte. What arrived stays as it is; all of this is derived.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from eakte import sandbox
from eakte.domain.codec import from_json, to_json
from eakte.domain.deliveries import Unpacked, UnpackedFile
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest
from eakte.domain.invoices import EmbeddedInvoice
from eakte.domain.mail import (
    PAGED,
    Delivery,
    DeliveryKind,
    Enclosure,
    EnclosureRole,
    MediaType,
)
from eakte.domain.media import HEAD_BYTES, identified
from eakte.errors import UnusableInputError
from eakte.i18n import N_
from eakte.pipeline import jobs
from eakte.pipeline.context import Context
from eakte.pipeline.opened import Member, Opened, Signed
from eakte.pipeline.signatures import verified
from eakte.records import scans
from eakte.records.scans import ScanRecord

MAX_DEPTH = 3
"""Containers within containers: a mail in an archive in a mail."""
MAX_FILES = 2000
"""Files in one delivery, those in its containers included."""
_DIGESTS = ("sha256", "sha384", "sha512")
_OUR_NAME = re.compile(r"[0-9a-z][0-9a-z.-]{0,60}")


class OpeningSteps:
    """From received bytes to what is in them; each step may run twice."""

    def __init__(self, context: Context) -> None:
        """Work with the tools of this process."""
        self.context = context
        self.store = context.store

    def open(self, scan: str) -> dict[str, Any]:
        """Take a received file apart; gives the digest of an Opened and what to do with it.

        That is: whether it has `pages`, and whether there is anything to note (`apart`).
        """
        with self.context.engine.connect() as connection:
            record = scans.get(connection, Digest(scan))
            kept = scans.enclosures_of(connection, Digest(scan))
        opened = self._opened(record, kept)
        if not opened.has_pages and not opened.members and opened.belongs_to is None:
            raise UnusableInputError(reason=FindingCode.NO_PAGES.value, detail="")
        return {
            "opened": self.store.put(to_json(opened)),
            "pages": opened.has_pages,
            "apart": bool(opened.enclosures) or not opened.has_pages,
        }

    def _opened(self, record: ScanRecord, kept: tuple[Enclosure, ...]) -> Opened:
        source = self.store.path(record.scan.digest)
        if _is_delivery(kept):
            return self._delivery(record, from_json(Delivery, self.store.get(record.scan.digest)))
        media_type = _identified(source)
        if media_type not in PAGED:
            self._require_sane_depth(record)
        unlocked = tuple(each for each in kept if each.role is EnclosureRole.VIEW)
        if unlocked and media_type is MediaType.PDF:
            return Opened(media_type, unlocked, findings=(Finding(FindingCode.ENCRYPTED),))
        if media_type is MediaType.CMS:
            return self._cms(record, source)
        if media_type in PAGED and media_type is not MediaType.PDF:
            return Opened(media_type)
        limits = self.context.file_limits(source)
        with self.context.workspace() as folder:
            if media_type is MediaType.PDF:
                invoice = sandbox.call(limits, jobs.invoice_within, source, folder)
                return self._with_invoice(media_type, folder, invoice)
            found = sandbox.call(limits, jobs.unpack_container, source, media_type, folder)
            return self._kept(media_type, folder, found, record.scan.digest)

    def _with_invoice(
        self, media_type: MediaType, folder: Path, invoice: EmbeddedInvoice | None
    ) -> Opened:
        if invoice is None:
            return Opened(media_type)
        if not invoice.file:
            return Opened(media_type, findings=invoice.findings)
        digest = self.store.put_file(_ours(folder, invoice.file))
        xml = Enclosure(invoice.name, digest, EnclosureRole.INVOICE)
        readable = invoice.invoice is not None
        return Opened(
            media_type, (xml,), findings=invoice.findings, invoice=digest if readable else None
        )

    def _delivery(self, record: ScanRecord, delivery: Delivery) -> Opened:
        """Describe a folder, or put the halves of a duplex batch together."""
        files = tuple((each.name, self.store.path(each.digest)) for each in delivery.members)
        limits = self.context.file_limits(*(path for _name, path in files))
        with self.context.workspace() as folder:
            if delivery.kind is DeliveryKind.FOLDER:
                found = sandbox.call(limits, jobs.describe_files, files, folder)
                known = record.scan.digest
                return self._kept(MediaType.DELIVERY, folder, found, known, delivery)
            (_odd, odd), (_even, even) = files
            out = folder / "collated"
            sandbox.call(limits, jobs.collate_halves, odd, even, out, delivery.in_order)
            view = Enclosure(delivery.name, self.store.put_file(out), EnclosureRole.VIEW)
        with self.context.engine.connect() as connection:
            halves = [scans.get(connection, each.digest) for each in delivery.members]
        findings = tuple(finding for half in halves for finding in half.findings)
        return Opened(MediaType.DELIVERY, (view,), findings=findings)

    def _cms(self, record: ScanRecord, source: Path) -> Opened:
        """Take the content out of its signature, or find the file that a lone one signs."""
        with self.context.workspace() as folder:
            out = folder / "content"
            if sandbox.call(self.context.file_limits(source), jobs.signed_content, source, out):
                signature = Enclosure(record.scan.name, record.scan.digest, EnclosureRole.SIGNATURE)
                name = record.scan.name.removesuffix(".p7m")
                digest = self.store.put_file(out)
                member = Member(name, digest, out.stat().st_size, (signature,))
                enclosure = Enclosure(name, digest, EnclosureRole.MEMBER)
                return Opened(MediaType.CMS, (enclosure,), (member,))
        known = self._signed_by(record.scan.name, source)
        if known is None:
            raise UnusableInputError(reason=FindingCode.SIGNATURE_ALONE.value, detail="")
        report = self.store.put(to_json(verified(self.context, known, record.scan.digest)))
        return Opened(MediaType.CMS, belongs_to=known, report=report)

    def _signed_by(self, name: str, signature: Path) -> Digest | None:
        """Find the received file that a lone signature signs: by its digest, whatever its name."""
        limits = self.context.file_limits(signature)
        algorithm, digest = sandbox.call(limits, jobs.signed_digest, signature)
        with self.context.engine.connect() as connection:
            by_digest = scans.find(connection, Digest(digest))
            by_name = scans.named(connection, name.rpartition(".")[0])
        if algorithm == "sha256" and by_digest is not None:
            return by_digest.scan.digest
        return next((each for each in by_name if self._has(each, algorithm, digest)), None)

    def _has(self, file: Digest, algorithm: str, digest: str) -> bool:
        if algorithm not in _DIGESTS:
            return False
        with self.store.path(file).open("rb") as content:
            return hashlib.file_digest(content, algorithm).hexdigest() == digest

    def _require_sane_depth(self, record: ScanRecord) -> None:
        """Refuse containers within containers without end: they multiply at each level."""
        around, level = {record.scan.digest}, 0
        with self.context.engine.connect() as connection:
            while around:
                found = (scans.deliveries_with(connection, digest) for digest in around)
                around = {each.scan.digest for outer in found for each in outer}
                files = sum(len(scans.enclosures_of(connection, digest)) for digest in around)
                level += 1
                if level > MAX_DEPTH + 1 or files > MAX_FILES:
                    detail = N_("containers within containers, too many of them")
                    raise UnusableInputError(reason=FindingCode.UNSAFE_ARCHIVE.value, detail=detail)

    def _kept(
        self,
        media_type: MediaType,
        folder: Path,
        found: Unpacked,
        source: Digest,
        delivery: Delivery | None = None,
    ) -> Opened:
        """Store what came out of a container, under names that we chose."""
        kept = delivery.members if delivery else ()
        digests = (
            {file.name: piece.digest for file, piece in zip(found.files, kept, strict=True)}
            if kept
            else {each.name: self.store.put_file(_ours(folder, each.file)) for each in found.files}
        )
        enclosures = [Enclosure(each.name, digests[each.name], _role(each)) for each in found.files]
        if found.view:
            view = self.store.put_file(_ours(folder, found.view))
            enclosures.append(Enclosure("", view, EnclosureRole.VIEW))
        members = [each for each in found.files if each.role is EnclosureRole.MEMBER]
        parts = {each.name for each in found.files} - {each.name for each in members}
        is_invoice = any(each.code is FindingCode.E_INVOICE for each in found.findings)
        return Opened(
            media_type,
            tuple(enclosures),
            tuple(self._member(each, found, digests) for each in members),
            found.findings,
            invoice=source if is_invoice else None,
            signed=tuple(
                Signed(each.name, digests[each.of], digests[each.name])
                for each in found.files
                if each.of in parts
            ),
        )

    def _member(self, file: UnpackedFile, found: Unpacked, digests: dict[str, Digest]) -> Member:
        signatures = tuple(
            Enclosure(each.name, digests[each.name], EnclosureRole.SIGNATURE)
            for each in found.files
            if each.of == file.name
        )
        digest = digests[file.name]
        return Member(file.name, digest, self.store.path(digest).stat().st_size, signatures)


def _identified(source: Path) -> MediaType:
    """Tell what a file is by its first bytes; raises UnusableInputError if nobody reads that."""
    with source.open("rb") as file:
        return identified(file.read(HEAD_BYTES))


def _is_delivery(kept: tuple[Enclosure, ...]) -> bool:
    """Tell whether a received file is a manifest of ours.

    Its record says so, never its content: it was recorded together with the files that it names.
    """
    return any(each.role is EnclosureRole.PIECE for each in kept)


def _role(file: UnpackedFile) -> EnclosureRole:
    """Give the role in the container: a signature signs something in it, not the container."""
    inner = file.role is EnclosureRole.SIGNATURE and file.of
    return EnclosureRole.TECHNICAL if inner else file.role


def _ours(folder: Path, name: str) -> Path:
    """Give a file that the child made; a name that we did not choose is refused."""
    if not _OUR_NAME.fullmatch(name):
        raise UnusableInputError(reason=FindingCode.UNSAFE_ARCHIVE.value, detail=ascii(name))
    return folder / name
