"""The steps of the two workflows: each may run twice, takes and gives plain JSON values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eakte import sandbox
from eakte.classify.doubts import doubts
from eakte.classify.extract import extract
from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveCopy
from eakte.domain.codec import from_json, to_json
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest, DocumentId, document_id
from eakte.domain.letters import Extraction, Field, FieldName, Schutzbedarf
from eakte.domain.mail import (
    Batch,
    Enclosure,
    Half,
    Inspection,
    Part,
    Scan,
    Side,
    SourcePage,
)
from eakte.domain.text import RecognisedPage
from eakte.domain.verification import Verdict, VerificationReport
from eakte.errors import SealFailedError, UnusableInputError
from eakte.i18n import N_
from eakte.pages.batches import batch_findings, batch_of, half_of_name
from eakte.pages.split import split
from eakte.pipeline import jobs
from eakte.pipeline.context import Context
from eakte.pipeline.opening import Opened
from eakte.records import documents, scans
from eakte.review import transfervermerk
from eakte.seal.verify import accept, verify_own

Pages = tuple[RecognisedPage, ...]


class IntakeSteps:
    """From a kept scan to letters that are read, classified and converted."""

    def __init__(self, context: Context) -> None:
        """Work with the tools of this process."""
        self.context = context
        self.store = context.store

    def inspect(self, scan: str, opened: str) -> dict[str, Any]:
        """Look at the pages of a scan, or of its view; gives what the next steps need.

        That is: digests of `inspection` and `opened`, pages of each of the `parts`, `languages`,
        whether it is a `signed` PDF, and which `half` of a duplex batch it is, if it is one.
        """
        known = from_json(Opened, self.store.get(Digest(opened)))
        with self.context.engine.connect() as connection:
            record = scans.get(connection, Digest(scan))
        source = self.store.path(known.view or Digest(scan))
        looked = sandbox.call(self.context.file_limits(), jobs.inspect_scan, source)
        of_batch = batch_findings(looked.pages)
        findings = (*looked.findings, *known.findings, *of_batch)
        inspection = replace(looked, findings=findings, view=known.view)
        parts = split(inspection.pages)
        if not parts:
            detail = N_("there are only separator sheets")
            raise UnusableInputError(reason=FindingCode.NO_PAGES.value, detail=detail)
        codes = {finding.code for finding in looked.findings}
        return {
            "inspection": self.store.put(to_json(inspection)),
            "opened": opened,
            "parts": [list(part.pages) for part in parts],
            "languages": self.context.definitions.pipeline(record.scan.pipeline).languages,
            "signed": FindingCode.INCOMING_SIGNATURE in codes,
            "half": None if known.view else self._half(record.scan, inspection, of_batch),
        }

    def _half(
        self, scan: Scan, inspection: Inspection, findings: tuple[Finding, ...]
    ) -> str | None:
        """Tell which half of a duplex batch a scan is: its Vorblatt says so, or its name.

        Gives the digest of a Half, None if it is none.
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
        recognised = sandbox.call(
            self.context.page_limits(),
            jobs.read_page,
            self.store.path(found.view or Digest(scan)),
            found.media_type,
            _page(found, number),
            languages,
            self.context.home.settings.reading.page_seconds,
            self.context.home.work,
        )
        return self.store.put(to_json(recognised))

    def convert(self, scan: str, inspection: str, part: list[int], read: list[str]) -> str:
        """Build the archive copy of one part; gives the digest of its ArchiveCopy record."""
        found = self._inspection(inspection)
        with self.context.workspace() as folder:
            out = folder / "archive.pdf"
            copy = sandbox.call(
                self.context.file_limits(),
                jobs.make_archive_copy,
                self.store.path(found.view or Digest(scan)),
                found.media_type,
                tuple(_page(found, number) for number in part),
                self._recognised(read),
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
        letter = split(found.pages)[part["number"] - 1]
        extraction = _joined(
            self._invoice_fields(looked["opened"], letter.pages[0]),
            _barcode_fields(letter),
            extract(pages, received.date()),
        )
        findings = (
            *_scan_findings(found, letter, pages),
            *self._signature_findings(looked["reports"]),
            *(Finding(FindingCode.PART_OF_DELIVERY, None, each.scan.name) for each in around),
            *_copy_findings(copy),
            *doubts(extraction, received.date()),
        )
        document = Document(
            id=document_id(Digest(scan), part["number"]),
            scan=Digest(scan),
            part=part["number"],
            pages=tuple(part["pages"]),
            state=DocumentState.REVIEW,
            received_at=received,
            classification=self.context.classifier.classify(text),
            subject=_value(extraction.first(FieldName.SUBJECT)),
            sender=_value(extraction.first(FieldName.SENDER)),
            letter_date=_value(extraction.first(FieldName.DATE)),
            aktenzeichen="",
            extraction=extraction,
            findings=tuple(dict.fromkeys(findings)),
            text=self.store.put(to_json(pages, Pages)),
            archive_copy=Digest(copy.sha256),
            recognised_at=self.context.clock.now(),
        )
        return self.store.put(to_json(document))

    def _invoice_fields(self, opened: str, page: int) -> tuple[Field, ...]:
        """Give the fields of an e-invoice: its XML counts, not what its pages show."""
        known = from_json(Opened, self.store.get(Digest(opened)))
        if known.invoice is None:
            return ()
        xml = self.store.path(known.invoice)
        return sandbox.call(self.context.file_limits(), jobs.invoice_fields, xml, page)

    def _signature_findings(self, reports: str) -> tuple[Finding, ...]:
        """Say of each signature that came with a file whether it verified."""
        enclosures = from_json(tuple[Enclosure, ...], self.store.get(Digest(reports)))
        read = (
            (each.name, from_json(VerificationReport, self.store.get(each.digest)))
            for each in enclosures
        )
        return tuple(
            Finding(
                FindingCode.INCOMING_SIGNATURE,
                None,
                " ".join(filter(None, (report.verdict.value, name, report.reason))),
            )
            for name, report in read
        )

    def _inspection(self, digest: str) -> Inspection:
        return from_json(Inspection, self.store.get(Digest(digest)))

    def _recognised(self, read: list[str]) -> Pages:
        blobs = (self.store.get(Digest(digest)) for digest in read)
        return tuple(from_json(RecognisedPage, blob) for blob in blobs)


class CompleteSteps:
    """From a released letter to a sealed original that verified."""

    def __init__(self, context: Context) -> None:
        """Work with the tools of this process."""
        self.context = context
        self.store = context.store

    def attach_transfervermerk(self, document: str) -> dict[str, str]:
        """Write the Transfervermerk into the archive copy; gives digests of record and PDF."""
        letter, station = self._letter(document)
        if letter.release is None:
            raise SealFailedError(detail=f"{document} has no release")
        environment = self.context.environment(station)
        definition = self.context.definitions.class_of(letter.classification.class_id)
        need = definition.schutzbedarf if definition else Schutzbedarf.NORMAL
        source = self.store.path(letter.archive_copy)
        pages = sandbox.call(self.context.file_limits(), jobs.count_pages, source)
        made = transfervermerk.make(letter, letter.release, environment, need, pages)
        with self.context.workspace() as folder:
            out = folder / "archive.pdf"
            copy = sandbox.call(
                self.context.file_limits(),
                jobs.attach_transfervermerk,
                source,
                made,
                out,
            )
            self.store.put_file(out)
        if copy.pages != len(letter.pages):
            raise SealFailedError(detail=f"{copy.pages} pages instead of {len(letter.pages)}")
        return {"record": self.store.put(to_json(made)), "pdf": copy.sha256}

    def seal(self, document: str, version: int, pdf: str) -> str:
        """Seal the PDF/A, once per release: a repeated step gives the seal that is there.

        A seal counts only if it is valid now and simulated renewals keep it so in the far future.
        """
        slot = f"sealed/{document}/{version}"
        present = self.store.claimed(slot)
        if present is not None:
            return present
        with self.context.workspace() as folder:
            out, source = folder / "sealed.pdf", self.store.checked(Digest(pdf))
            self.context.sealer.seal(source, f"Posteingang {document}", out)
            digest = self.store.put_file(out)
        now = self.context.clock.now()
        self._require_valid(accept(self.store.path(digest), self.context.home.trust, now))
        return self.store.claim(slot, digest)

    def verify(self, document: str, sealed: str) -> dict[str, str]:
        """Read the sealed original back; gives the report's digest and the verdict VALID.

        Raises SealFailedError for any other verdict: such bytes are never filed.
        """
        letter, _station = self._letter(document)
        report = verify_own(
            self.store.path(Digest(sealed)),
            self.context.home.trust,
            self.context.clock.now(),
            sealed,
            len(letter.pages),
        )
        self._require_valid(report)
        return {"report": self.store.put(to_json(report)), "verdict": report.verdict.value}

    def _require_valid(self, report: VerificationReport) -> None:
        if report.verdict is not Verdict.VALID:
            raise SealFailedError(detail=f"{report.verdict.value}: {report.reason}")

    def _letter(self, document: str) -> tuple[Document, str]:
        with self.context.engine.connect() as connection:
            letter = documents.get(connection, DocumentId(document))
            return letter, scans.get(connection, letter.scan).scan.station


def _page(inspection: Inspection, number: int) -> SourcePage:
    return next(page for page in inspection.pages if page.number == number)


def _scan_findings(inspection: Inspection, letter: Part, pages: Pages) -> tuple[Finding, ...]:
    """Gather what the pages of a part and the whole file showed."""
    of_pages = [
        finding for number in letter.pages for finding in _page(inspection, number).findings
    ]
    of_reading = [finding for page in pages for finding in page.findings]
    sheets = [page.number for page in inspection.pages if page.separator]
    divided = [Finding(FindingCode.SEPARATOR_SHEET, number) for number in sheets]
    return (*inspection.findings, *divided, *letter.findings, *of_pages, *of_reading)


def _barcode_fields(letter: Part) -> tuple[Field, ...]:
    """Give the Aktenzeichen that barcodes name for this part."""
    return tuple(
        Field(FieldName.AKTENZEICHEN, value, value, 1.0, "barcode", letter.pages[0])
        for value in letter.aktenzeichen
    )


def _joined(
    invoice: tuple[Field, ...], barcodes: tuple[Field, ...], read: Extraction
) -> Extraction:
    """Put what the XML of an invoice says in the place of what its pages were read to say."""
    told = {field.name for field in invoice}
    rest = (field for field in read.fields if field.name not in told)
    return Extraction((*invoice, *barcodes, *rest))


def _copy_findings(copy: ArchiveCopy) -> tuple[Finding, ...]:
    return tuple(Finding(FindingCode.RASTERISED, number) for number in copy.rasterised)


def _value(field: Any) -> str:
    return "" if field is None else str(field.value)
