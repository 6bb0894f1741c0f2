"""The steps of the two workflows: each may run twice, takes and gives plain JSON values."""

from __future__ import annotations

from typing import Any

from eakte import sandbox
from eakte.classify.doubts import doubts
from eakte.classify.extract import extract
from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveCopy
from eakte.domain.codec import from_json, to_json
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest, DocumentId, document_id
from eakte.domain.letters import FieldName, Schutzbedarf
from eakte.domain.mail import Inspection, SourcePage
from eakte.domain.text import RecognisedPage
from eakte.domain.verification import Verdict, VerificationReport
from eakte.errors import SealFailedError, UnusableInputError
from eakte.i18n import N_
from eakte.pages.split import split
from eakte.pipeline import jobs
from eakte.pipeline.context import Context
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

    def inspect(self, scan: str) -> dict[str, Any]:
        """Look into the scan; gives the inspection's digest, the pages of each part, languages."""
        limits, source = self.context.file_limits(), self.store.path(Digest(scan))
        inspection = sandbox.call(limits, jobs.inspect_scan, source)
        parts = split(inspection.pages)
        if not parts:
            detail = N_("there are only separator sheets")
            raise UnusableInputError(reason=FindingCode.NO_PAGES.value, detail=detail)
        with self.context.engine.connect() as connection:
            pipeline = scans.get(connection, Digest(scan)).scan.pipeline
        return {
            "inspection": self.store.put(to_json(inspection)),
            "parts": [list(part.pages) for part in parts],
            "languages": self.context.definitions.pipeline(pipeline).languages,
        }

    def read_page(self, scan: str, inspection: str, number: int, languages: str) -> str:
        """Recognise one page; gives the digest of the RecognisedPage."""
        found = self._inspection(inspection)
        recognised = sandbox.call(
            self.context.page_limits(),
            jobs.read_page,
            self.store.path(Digest(scan)),
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
                self.store.path(Digest(scan)),
                found.media_type,
                tuple(_page(found, number) for number in part),
                self._recognised(read),
                out,
            )
            self.store.put_file(out)
        return self.store.put(to_json(copy))

    def describe(self, scan: str, inspection: str, part: dict[str, Any]) -> str:
        """Classify a part and extract its fields; gives the digest of a Document in review."""
        found = self._inspection(inspection)
        pages = self._recognised(part["read"])
        copy = from_json(ArchiveCopy, self.store.get(Digest(part["copy"])))
        with self.context.engine.connect() as connection:
            record = scans.get(connection, Digest(scan))
        received = record.scan.received_at
        text = "\n".join(page.text for page in pages)
        extraction = extract(pages, received.date())
        findings = (
            *_scan_findings(found, tuple(part["pages"]), pages),
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


def _scan_findings(
    inspection: Inspection, part: tuple[int, ...], pages: Pages
) -> tuple[Finding, ...]:
    """Gather what the pages of a part and the whole file showed."""
    of_pages = [finding for number in part for finding in _page(inspection, number).findings]
    of_reading = [finding for page in pages for finding in page.findings]
    sheets = [page.number for page in inspection.pages if page.separator]
    divided = [Finding(FindingCode.SEPARATOR_SHEET, number) for number in sheets]
    return (*inspection.findings, *divided, *of_pages, *of_reading)


def _copy_findings(copy: ArchiveCopy) -> tuple[Finding, ...]:
    return tuple(Finding(FindingCode.RASTERISED, number) for number in copy.rasterised)


def _value(field: Any) -> str:
    return "" if field is None else str(field.value)
