"""The steps from a released letter to a sealed original; each may run twice, on JSON values."""

from __future__ import annotations

from eakte import sandbox
from eakte.domain.akten import Document
from eakte.domain.codec import from_json, to_json
from eakte.domain.ids import Digest, DocumentId
from eakte.domain.letters import Schutzbedarf
from eakte.domain.mail import Scan
from eakte.domain.preservation import SealLevel
from eakte.domain.transfervermerk import Transfervermerk
from eakte.domain.verification import Verdict, VerificationReport
from eakte.errors import SealFailedError
from eakte.i18n import N_, _
from eakte.pdfa.check import PASS
from eakte.pipeline import confirming, jobs
from eakte.pipeline.context import Context
from eakte.pipeline.places import Places
from eakte.pipeline.refusing import closed
from eakte.records import documents, scans
from eakte.review import persons, transfervermerk
from eakte.seal.lasting import protection_of
from eakte.seal.verify import SealedAs


def _require_enough(need: Schutzbedarf, letter: Document) -> None:
    """Raise SealFailedError unless the release still suffices: its class may have been changed."""
    if letter.release is None:
        raise SealFailedError(detail=f"{letter.id} has no release")
    release, first = letter.release, letter.release.first
    refused = persons.refusal(need, release, first, letter.lowered_by)
    if not refused and persons.needs_another(need, release, first, letter.lowered_by):
        refused = N_("one person has released it; another one must do so, too")
    if refused:
        raise SealFailedError(detail=_(refused))


class CompleteSteps:
    """From a released letter to a sealed original that verified."""

    def __init__(self, context: Context, places: Places | None = None) -> None:
        """Work with the tools of this process, in the places of its flow, or else alone."""
        self.context = context
        self.store = context.store
        self._places = places or Places(context)

    def require_services(self, document: str) -> None:
        """Raise SealDelayedError if no seal could be made now, before any work goes into it."""
        _letter, scan = self._letter(document)
        self.context.sealer.probe(self.context.definitions.pipeline(scan.pipeline).seal_level)

    def attach_transfervermerk(self, document: str) -> dict[str, str]:
        """Write the Transfervermerk into the archive copy and have it confirmed.

        Gives digests of record, PDF and confirmation ("" if nobody was there to confirm it).
        """
        letter, scan = self._letter(document)
        if letter.release is None:
            raise SealFailedError(detail=f"{document} has no release")
        environment = self.context.environment(scan)
        definition = self.context.definitions.class_of(letter.classification.class_id)
        if definition is None:
            raise SealFailedError(detail=_("its class is not defined any more"))
        need = definition.schutzbedarf
        _require_enough(need, letter)
        self._require_open(letter)
        source = self.store.path(letter.archive_copy)
        limits = self.context.file_limits(source, pages=len(letter.pages))
        pages = len(letter.pages)  # what it says is found true below, or thrown away
        made = transfervermerk.make(letter, letter.release, environment, need, pages)
        with self.context.workspace() as folder:
            out = folder / "archive.pdf"
            copy = sandbox.call(limits, jobs.attach_transfervermerk, source, made, out)
            if copy.pages != pages:
                raise SealFailedError(detail=f"{copy.pages} pages instead of {pages}")
            self.store.put_file(out)
        record, pdf = self.store.put(to_json(made)), self.store.path(copy.sha256)
        confirmed = confirming.confirm(self.context, pdf, confirming.ARCHIVE_COPY)
        return {"record": record, "pdf": copy.sha256, "confirmed": confirmed}

    def _require_open(self, letter: Document) -> None:
        """Raise SealFailedError if its Akte was closed meanwhile: no work goes into it then."""
        with self.context.engine.connect() as connection:
            shut = closed(connection, letter.aktenzeichen)
        if shut is not None:
            raise SealFailedError(detail=_("its Akte is closed; reopen it, or name another one"))

    def seal(self, document: str, version: int, pdf: str, record: str) -> dict[str, str]:
        """Seal the PDF/A, once per release: a repeated step gives the seal that is there.

        It is sealed for the level that its Transfervermerk (`record`) states. A seal counts only if
        it is valid now and, at B-LTA, simulated renewals keep it so in the far future. Gives
        digests of the sealed original and of the report that says so. Raises SealDelayedError if a
        service cannot be had: nothing was claimed then.
        """
        slot = f"sealed/{document}/{version}"
        present, level = self.store.claimed(slot), self._level(record)
        if present is not None:
            return {"sealed": present, "report": self._accepted(document, present, level)}
        with self.context.workspace() as folder:
            out, source = folder / "sealed.pdf", self.store.checked(Digest(pdf))
            self.context.sealer.seal(source, f"Posteingang {document}", out, level)
            digest = self.store.put_file(out)
        report = self._accepted(document, digest, level)
        claimed = self.store.claim(slot, digest)
        if claimed != digest:
            report = self._accepted(document, claimed, level)
        return {"sealed": claimed, "report": report}

    def _accepted(self, document: str, sealed: Digest, level: SealLevel) -> str:
        """Judge what the store holds; gives the report's digest, raises unless it is VALID."""
        letter, _scan = self._letter(document)
        path = self.store.path(sealed)
        outside = () if level.has_evidence else self.context.sealer.evidence_of(path)
        expected, now = SealedAs(level, outside), self.context.clock.now()
        trust, limits = self.context.home.trust, self.context.file_limits(path)
        with self._places.judging():
            report = sandbox.call(
                limits, jobs.judge_seal, path, trust, now, sealed, len(letter.pages), expected
            )
        self._require_valid(report)
        return self.store.put(to_json(report))

    def conform(self, pdf: str, sealed: str) -> str:
        """Judge the sealed bytes against PDF/A as the archive copy was, and have them confirmed.

        Gives the confirmation's digest, as above. Raises SealFailedError if they do not conform.
        """
        copy, made = self.store.checked(Digest(pdf)), self.store.checked(Digest(sealed))
        answer = sandbox.call(self.context.file_limits(copy, made), jobs.judge_sealed, copy, made)
        if answer != PASS:
            detail = _("the sealed file does not conform to PDF/A: {found}")
            raise SealFailedError(detail=detail.format(found=answer))
        return confirming.confirm(self.context, made, confirming.SEALED)

    def verify(self, sealed: str, report: str, record: str) -> dict[str, str]:
        """Read the sealed original back: these bytes were judged, and are what will be filed.

        Gives the digest of the report on them, its verdict VALID, and what protects them (JSON).
        Raises StoreError if the bytes changed, SealFailedError if the report is about others, or is
        not VALID.
        """
        judged = from_json(VerificationReport, self.store.get(Digest(report)))
        self._require_valid(judged)
        file = self.store.checked(Digest(sealed))
        if (judged.sha256, judged.size) != (sealed, file.stat().st_size):
            raise SealFailedError(detail=_("the report is not about the sealed file"))
        protection = to_json(protection_of(file, self._level(record))).decode()
        return {"report": report, "verdict": judged.verdict.value, "protection": protection}

    def _require_valid(self, report: VerificationReport) -> None:
        if report.verdict is not Verdict.VALID:
            raise SealFailedError(detail=f"{report.verdict.value}: {report.reason}")

    def _level(self, record: str) -> SealLevel:
        return from_json(Transfervermerk, self.store.get(Digest(record))).seal_level

    def _letter(self, document: str) -> tuple[Document, Scan]:
        with self.context.engine.connect() as connection:
            letter = documents.get(connection, DocumentId(document))
            return letter, scans.get(connection, letter.scan).scan
