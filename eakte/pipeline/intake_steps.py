"""The steps from a kept scan to its letters: each may run twice, on plain JSON values."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from eakte import sandbox
from eakte.classify.doubts import judged
from eakte.classify.extract import extract
from eakte.classify.oddities import oddities
from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveCopy
from eakte.domain.codec import from_json, to_json
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest, document_id
from eakte.domain.letters import Field, FieldName
from eakte.domain.mail import Batch, Enclosure, EnclosureRole, Half, Inspection, Part, Scan, Side
from eakte.domain.moments import local_day
from eakte.domain.text import RecognisedPage
from eakte.domain.verification import VerificationReport
from eakte.errors import UnusableInputError
from eakte.i18n import N_
from eakte.ocr.alto import Origin, alto
from eakte.pages.batches import batch_findings, batch_of, half_of_name
from eakte.pages.sheet_text import sheet_findings
from eakte.pages.split import part_by_person, split
from eakte.pipeline import jobs
from eakte.pipeline.context import Context
from eakte.pipeline.describing import (
    Pages,
    barcode_fields,
    copy_findings,
    joined,
    page_of,
    scan_findings,
    text_of,
    with_verdicts,
)
from eakte.pipeline.opened import Opened
from eakte.records import scans

_KEPT_INSPECTIONS = 4
"""So many are kept in memory: every page asks for that of its scan, which tells of all pages."""


class IntakeSteps:
    """From a kept scan to letters that are read, classified and converted."""

    def __init__(self, context: Context) -> None:
        """Work with the tools of this process."""
        self.context = context
        self.store = context.store
        self._inspection = lru_cache(_KEPT_INSPECTIONS)(self._read_inspection)

    def inspect(self, scan: str, opened: str) -> dict[str, Any]:
        """Look at the pages of a scan, or of its view; gives what the next steps need.

        That is: digests of `inspection` and `opened`, pages of each of the `parts` and of the
        separator `sheets`, `languages`,
        whether it is a `signed` PDF, and which `half` of a duplex batch it is, if it is one.
        """
        known = from_json(Opened, self.store.get(Digest(opened)))
        with self.context.engine.connect() as connection:
            record = scans.get(connection, Digest(scan))
            kept = scans.enclosures_of(connection, Digest(scan))
            is_member = bool(scans.deliveries_with(connection, Digest(scan)))
        source = self.store.path(known.view or Digest(scan))
        looked = sandbox.call(self.context.file_limits(source), jobs.inspect_scan, source)
        findings = (*looked.findings, *known.findings, *batch_findings(looked.pages))
        inspection = replace(looked, findings=findings, view=known.view)
        parts = split(inspection.pages)
        if not parts:
            detail = N_("there are only separator sheets")
            raise UnusableInputError(reason=FindingCode.NO_PAGES.value, detail=detail)
        codes = {finding.code for finding in looked.findings}
        beside = any(each.role is EnclosureRole.SIGNATURE for each in kept)
        signed = Finding(FindingCode.INCOMING_SIGNATURE, None, record.scan.name)
        doubts = (*findings, signed) if beside else findings
        alone = not known.view and not is_member
        return {
            "inspection": self.store.put(to_json(inspection)),
            "opened": opened,
            "parts": [list(part.pages) for part in parts],
            "sheets": [page.number for page in inspection.pages if page.separator],
            "languages": self.context.definitions.pipeline(record.scan.pipeline).languages,
            "signed": FindingCode.INCOMING_SIGNATURE in codes,
            "half": self._half(record.scan, inspection, doubts) if alone else None,
        }

    def _half(
        self, scan: Scan, inspection: Inspection, findings: tuple[Finding, ...]
    ) -> str | None:
        """Tell which half of a duplex batch a scan is: its Vorblatt says so, or its name.

        Gives the digest of a Half, with the findings on the file; None if it is none.
        """
        batch = batch_of(inspection.pages)
        if batch is None and self.context.home.scans_halves(scan.station):
            named = half_of_name(scan.name)
            batch = named and Batch(named[0], side=named[1])
        if batch is None or batch.side is Side.BOTH:
            return None
        return self.store.put(to_json(Half(batch, findings)))

    def read_page(self, scan: str, inspection: str, number: int, languages: str) -> str:
        """Recognise one page; gives the digest of the RecognisedPage."""
        found = self._inspection(inspection)
        with self.context.workspace() as folder:
            recognised = sandbox.call(
                self.context.page_limits(),
                jobs.read_page,
                self.store.path(found.view or Digest(scan)),
                found.media_type,
                page_of(found, number),
                languages,
                self.context.home.settings.reading.page_seconds,
                folder,
            )
        return self.store.put(to_json(recognised))

    def convert(self, scan: str, inspection: str, part: list[int], read: list[str]) -> str:
        """Build the archive copy of one part; gives the digest of its ArchiveCopy record."""
        found = self._inspection(inspection)
        source = self.store.path(found.view or Digest(scan))
        with self.context.workspace() as folder:
            out = folder / "archive.pdf"
            copy = sandbox.call(
                self.context.file_limits(source, pages=len(part)),
                jobs.make_archive_copy,
                source,
                found.media_type,
                tuple(page_of(found, number) for number in part),
                tuple(self.store.checked(Digest(digest)) for digest in read),
                out,
            )
            self.store.put_file(out)
        return self.store.put(to_json(copy))

    def describe(self, scan: str, looked: dict[str, Any], part: dict[str, Any]) -> str:
        """Classify a part and extract its fields; gives the digest of a Document in review."""
        found = self._inspection(looked["inspection"])
        pages = self._recognised(part["read"])
        copy = from_json(ArchiveCopy, self.store.get(Digest(part["copy"])))
        with self.context.engine.connect() as connection:
            record = scans.get(connection, Digest(scan))
            around = scans.deliveries_with(connection, Digest(scan))
        received = record.scan.received_at
        text = "\n".join(page.text for page in pages)
        letter = _part(found, looked, part)
        day = local_day(received)
        said = joined(
            self._invoice_fields(looked["opened"], letter.pages[0]),
            barcode_fields(letter),
            extract(pages, day, self.context.definitions.offices),
        )
        extraction = judged(said, day)
        findings = (
            *with_verdicts(scan_findings(found, letter, pages), self._reports(looked["reports"])),
            *(Finding(FindingCode.PART_OF_DELIVERY, None, each.scan.name) for each in around),
            *copy_findings(copy),
            *(each for sheet in self._recognised(part["sheets"]) for each in sheet_findings(sheet)),
            *oddities(pages),
        )
        name = document_id(Digest(scan), part["number"])
        document = Document(
            id=name,
            scan=Digest(scan),
            part=part["number"],
            pages=tuple(part["pages"]),
            state=DocumentState.REVIEW,
            received_at=received,
            classification=self.context.classifier.classify(text),
            subject=text_of(extraction.first(FieldName.SUBJECT)),
            sender=text_of(extraction.first(FieldName.SENDER)),
            letter_date=text_of(extraction.first(FieldName.DATE)),
            aktenzeichen="",
            extraction=extraction,
            findings=tuple(dict.fromkeys(findings)),
            text=self._kept_text(part["read"]),
            alto=self._kept_alto(Origin(name, Digest(scan), looked["languages"]), pages),
            archive_copy=Digest(copy.sha256),
            conversion=copy.conversion,
            recognised_at=self.context.clock.now(),
        )
        return self.store.put(to_json(document))

    def _invoice_fields(self, opened: str, page: int) -> tuple[Field, ...]:
        """Give the fields of an e-invoice: its XML counts, not what its pages show."""
        known = from_json(Opened, self.store.get(Digest(opened)))
        if known.invoice is None:
            return ()
        xml = self.store.path(known.invoice)
        return sandbox.call(self.context.file_limits(xml), jobs.invoice_fields, xml, page)

    def _reports(self, digest: str) -> tuple[tuple[str, VerificationReport], ...]:
        """Give the reports on signatures that came with a file, each with the signature's name."""
        enclosures = from_json(tuple[Enclosure, ...], self.store.get(Digest(digest)))
        return tuple(
            (each.name, from_json(VerificationReport, self.store.get(each.digest)))
            for each in enclosures
        )

    def _kept_text(self, read: list[str]) -> Digest:
        """Keep what was read on the pages as one JSON array, without making objects of it again."""
        blobs = (self.store.get(Digest(digest)) for digest in read)
        return self.store.put(b"[" + b",".join(blobs) + b"]")

    def _kept_alto(self, origin: Origin, pages: Pages) -> Digest:
        """Keep the words as ALTO XML, written to a file: that of a long letter is large."""
        with self.context.workspace() as folder:
            out = folder / "words.xml"
            with out.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(alto(origin, pages))
            return self.store.put_file(out)

    def _read_inspection(self, digest: str) -> Inspection:
        return from_json(Inspection, self.store.get(Digest(digest)))

    def _recognised(self, read: list[str]) -> Pages:
        blobs = (self.store.get(Digest(digest)) for digest in read)
        return tuple(from_json(RecognisedPage, blob) for blob in blobs)


def _part(found: Inspection, looked: dict[str, Any], part: dict[str, Any]) -> Part:
    """Give the part as the scan itself is divided, or as a person divided it."""
    if looked.get("by_person"):
        return part_by_person(found.pages, int(part["number"]), tuple(part["pages"]))
    return split(found.pages)[int(part["number"]) - 1]
