"""Verifying sealed originals of the records, and any PDF file."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eakte import sandbox
from eakte.database import Connection, snapshot
from eakte.domain.akten import Document, DocumentState
from eakte.domain.codec import from_json
from eakte.domain.events import Action
from eakte.domain.ids import DocumentId
from eakte.domain.verification import (
    OutsideEvidence,
    SignatureSummary,
    TimestampSummary,
    Verdict,
    VerificationReport,
)
from eakte.errors import (
    NotFoundError,
    RefusedError,
    StageFailedError,
    StoreError,
    UnusableInputError,
)
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.records import akten, documents
from eakte.seal.detached import check_file
from eakte.seal.opening import evidence_at_hand
from eakte.seal.verify import SealedAs, broken_down, verify_any, verify_own
from eakte.services import akte_evidence, erasure_evidence, evidence, row_evidence
from eakte.services.access import Permission, require
from eakte.services.akte_evidence import Logbook
from eakte.services.desks import note
from eakte.services.erasure_evidence import Erasures
from eakte.services.evidence import Logged

_CMS_SUFFIXES = {".p7m", ".p7s", ".p7c"}
_FOREIGN_FILE_LIMITS = sandbox.Limits(wall_seconds=60, cpu_seconds=60, memory_mb=2000)


@dataclass(frozen=True)
class Verified:
    """What was verified (a document id or file name) and what was found."""

    name: str
    title: str
    report: VerificationReport


@dataclass(frozen=True)
class _Letter:
    """A letter to be verified: record and log as they were at one moment."""

    name: str
    document: Document | None
    known: Logged | None


def verify_file(
    file: Path, trust: tuple[Path, ...], at: datetime, signature: Path | None = None
) -> Verified:
    """Verify a file that may be hostile, in a limited child process, against the given trust.

    A PDF with what is in it; any file with a detached signature; or signed content (.p7m). If the
    child breaks down, that is an answer too: INDETERMINATE, with the cause. Raises NotFoundError,
    and ConfigurationError for unusable anchors.
    """
    places = tuple(place.absolute() for place in trust)
    content = file.absolute()
    apart = (signature or file).absolute()
    for each in (content, apart):
        if not each.is_file():
            raise NotFoundError(kind=N_("file"), name=each)
    try:
        if signature is not None or _is_cms(content):
            report = sandbox.call(_FOREIGN_FILE_LIMITS, check_file, content, apart, places, at)
        else:
            report = sandbox.call(_FOREIGN_FILE_LIMITS, verify_any, content, places, at)
    except (StageFailedError, UnusableInputError) as problem:
        report = broken_down(content, places, at, str(problem))
    return Verified(file.name, "", report)


def _is_cms(file: Path) -> bool:
    """Tell signed content by its name: whether it is that is found out in the child."""
    return file.suffix.lower() in _CMS_SUFFIXES


def anchors_of(desk: Desk) -> Path:
    """Give the home's trust anchors to one of its persons, for files from anywhere."""
    require(desk, Permission.STATUS)
    return desk.home.trust


def verify_document(desk: Desk, prefix: str, trust: Path) -> Verified:
    """Verify the sealed original of a letter against record, audit log and trust anchors."""
    scope = require(desk, Permission.READ)
    with snapshot(desk.engine) as connection:
        gone = erasure_evidence.told(connection) if scope.everything else None
        if gone is not None and prefix in gone.names() and gone.is_gone(prefix):
            return _noted(desk, trust, _erased(desk, connection, gone, prefix), ())[0]
        document = documents.get_by_prefix(connection, prefix, scope)
        known = evidence.logged(connection, document.id)
    if document.sealed is None and document.id not in known:
        detail = _("{document} has no sealed original; it is {state}")
        raise RefusedError(detail=detail.format(document=document.id, state=document.state.value))
    return _verified(desk, trust, _Letter(document.id, document, known.get(document.id)))


def verify_akte(desk: Desk, aktenzeichen: str, trust: Path) -> tuple[Verified, ...]:
    """Verify an Akte against its history, and every letter of it that records or log name.

    What the records lack, and what exactly contradicts the history, is told only to who may see
    everything: nobody knows how confidential it is.
    """
    scope = require(desk, Permission.READ)
    with snapshot(desk.engine) as connection:
        logged = akte_evidence.logged(connection)
        erased = erasure_evidence.told(connection)
        gone = _erased(desk, connection, erased, aktenzeichen) if scope.everything else ()
        if gone and akten.find(connection, aktenzeichen) is None:
            return _noted(desk, trust, gone, ())
        if not (scope.everything and aktenzeichen in akte_evidence.akten_of(logged)):
            akten.get(connection, aktenzeichen, scope)
        known = evidence.logged(connection)
        names = {str(each.id) for each in documents.of_akte(connection, aktenzeichen, scope)}
        if scope.everything:
            names |= {name for name, each in known.items() if each.akte == aktenzeichen}
        story = _akten(desk, connection, logged, {aktenzeichen}, telling=scope.everything)
        letters = _letters(connection, known, names)
    return _noted(desk, trust, (*story, *gone), letters)


def verify_all(desk: Desk, trust: Path) -> tuple[Verified, ...]:
    """Verify every Akte, and every letter ever filed, that the records or the log name.

    Among them are the rows that contradict the log otherwise (`row_evidence`).
    """
    require(desk, Permission.AUDIT)
    with snapshot(desk.engine) as connection:
        known = evidence.logged(connection)
        sealed = {each.id for each in documents.sealed(connection)}
        logged = akte_evidence.logged(connection)
        names = {each.aktenzeichen for each in akten.every(connection)}
        story = _akten(desk, connection, logged, names | akte_evidence.akten_of(logged))
        letters = _letters(connection, known, sealed | set(known))
        gone = _erased(desk, connection, erasure_evidence.told(connection))
        rows = _rows(desk, connection)
    return _noted(desk, trust, (*rows, *story, *gone), letters)


def _rows(desk: Desk, connection: Connection) -> tuple[Verified, ...]:
    """Tell of other rows that were changed behind our back."""
    now = desk.clock.now()
    return tuple(
        Verified(name, "", evidence.without(check, why, "", now))
        for name, check, why in row_evidence.wrong(connection)
    )


def _erased(
    desk: Desk, connection: Connection, found: Erasures, name: str = ""
) -> tuple[Verified, ...]:
    """Judge the erasures of a letter, of an Akte with what was in it, or all of them."""
    now = desk.clock.now()
    return tuple(
        Verified(each, "", erasure_evidence.report(connection, each, found, now))
        for each in found.names(name)
    )


def verify_letters(desk: Desk, names: Iterable[str], trust: Path) -> tuple[Verified, ...]:
    """Verify the sealed originals of these letters, which the log or the records name."""
    require(desk, Permission.AUDIT)
    with snapshot(desk.engine) as connection:
        letters = _letters(connection, evidence.logged(connection), set(names))
    return _noted(desk, trust, (), letters)


def overall(verified: tuple[Verified, ...]) -> Verdict:
    """Give the worst verdict of all: INVALID before INDETERMINATE before VALID."""
    verdicts = {each.report.verdict for each in verified}
    for verdict in (Verdict.INVALID, Verdict.INDETERMINATE):
        if verdict in verdicts:
            return verdict
    return Verdict.VALID if verdicts else Verdict.INDETERMINATE


def worth(item: SignatureSummary | TimestampSummary) -> str:
    """Say what it is worth by the trusted lists, and on what that rests."""
    return ": ".join(filter(None, (_(item.qualification.value), item.basis)))


def _akten(
    desk: Desk, connection: Connection, logged: Logbook, names: set[str], *, telling: bool = True
) -> tuple[Verified, ...]:
    """Hold Akten against their histories; `telling`: name the records that are wrong."""
    now, found = desk.clock.now(), list[Verified]()
    for name in sorted(names):
        akte = akten.find(connection, name)
        if akte is None:
            reason = _("the log tells of an Akte that the records do not have")
            report = evidence.without(_("Record"), reason, "", now)
        else:
            report = akte_evidence.report(
                desk.store, connection, name, logged, now, telling=telling
            )
        found.append(Verified(name, akte.title if akte else "", report))
    return tuple(found)


def _letters(
    connection: Connection, known: dict[str, Logged], names: set[str]
) -> tuple[_Letter, ...]:
    return tuple(
        _Letter(name, documents.find(connection, DocumentId(name)), known.get(name))
        for name in sorted(names)
    )


def _noted(
    desk: Desk, trust: Path, story: tuple[Verified, ...], letters: tuple[_Letter, ...]
) -> tuple[Verified, ...]:
    """Note what was found of the Akten, and verify their letters, outside of the snapshot."""
    for each in story:
        note(desk, Action.VERIFIED, each.name, verdict=each.report.verdict.value)
    return (*story, *(_verified(desk, trust, each) for each in letters))


def _verified(desk: Desk, trust: Path, letter: _Letter) -> Verified:
    """Verify one letter and note it in the audit log."""
    title = letter.document.subject if letter.document else ""
    verified = Verified(letter.name, title, _report(desk, trust, letter.document, letter.known))
    note(desk, Action.VERIFIED, letter.name, verdict=verified.report.verdict.value)
    return verified


def _beside(desk: Desk, document: Document) -> tuple[OutsideEvidence, ...]:
    """Give what is known of a seal's certificates: since it was made, and what is at hand now.

    A report that was lost or damaged tells nothing: the verdict says what is missing then.
    """
    kept: tuple[OutsideEvidence, ...] = ()
    if document.report is not None:
        with suppress(StoreError, ValueError):
            kept = from_json(VerificationReport, desk.store.get(document.report)).outside
    return tuple(dict.fromkeys((*kept, *evidence_at_hand(desk.home, desk.clock))))


def _report(
    desk: Desk, trust: Path, document: Document | None, known: Logged | None
) -> VerificationReport:
    now = desk.clock.now()
    if document is None or document.sealed is None or document.state is not DocumentState.FILED:
        reason = _("the log tells of a filed letter that the records do not have")
        return evidence.without(_("Record"), reason, str(trust), now)
    path = desk.store.path(document.sealed)
    if not path.is_file():
        reason = _("the sealed original is not in the store")
        return evidence.without(_("Sealed original"), reason, str(trust), now)
    level = document.seal_level
    outside = () if level.has_evidence else _beside(desk, document)
    expected = SealedAs(level, outside)
    report = verify_own(path, trust, now, document.sealed, len(document.pages), sealed=expected)
    return evidence.against_record(desk, document, report, known)
