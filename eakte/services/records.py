"""Showing Akten and letters, and handing out their bytes; every look at a letter is noted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from eakte.domain.akten import Akte, Document, Vorgang
from eakte.domain.aktenplan import Unit
from eakte.domain.codec import each_from_json
from eakte.domain.entries import Entry
from eakte.domain.events import Action
from eakte.domain.ids import Digest
from eakte.domain.mail import Enclosure
from eakte.domain.preservation import SealedVersion
from eakte.domain.text import RecognisedPage
from eakte.errors import NotFoundError, RefusedError
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.records import akten, aktenplan, documents, entries, former_seals, scans, visible
from eakte.records.scans import ScanRecord
from eakte.review.readable import readable
from eakte.services.access import Permission, require
from eakte.services.desks import note

_PIECE = 1 << 16


@dataclass(frozen=True)
class Shown:
    """A letter with the file it came in."""

    document: Document
    scan: ScanRecord
    class_name: str
    enclosures: tuple[Enclosure, ...] = ()
    """What came with the file, is in it, or was made from it."""
    deliveries: tuple[ScanRecord, ...] = ()
    """The containers that the file came in."""
    former: tuple[SealedVersion, ...] = ()
    """Its sealed original as it was before each renewal, the oldest first."""


@dataclass(frozen=True)
class AkteContent:
    """An Akte with its Vorgänge and their letters."""

    akte: Akte
    content: tuple[tuple[Vorgang, tuple[Document, ...]], ...]
    unit: Unit | None = None
    """What the Aktenplan prescribes for it, with what comes from the units above."""
    entries: tuple[Entry, ...] = ()
    """Participants, notes, links and Wiedervorlagen of the Akte and of the letters in it."""


def show(desk: Desk, prefix: str) -> Shown:
    """Give a letter by its id or the beginning of it."""
    shown = _shown(desk, prefix)
    note(desk, Action.VIEWED, shown.document.id)
    return shown


def text_of(desk: Desk, prefix: str) -> tuple[RecognisedPage, ...]:
    """Give the recognised pages of a letter."""
    document = _find(desk, prefix)
    note(desk, Action.VIEWED, document.id, what="text")
    return tuple(each_from_json(RecognisedPage, desk.store.get(document.text)))


def alto_of(desk: Desk, prefix: str) -> Iterator[bytes]:
    """Give the letter's words as ALTO XML, in pieces."""
    document = _find(desk, prefix)
    note(desk, Action.VIEWED, document.id, what="alto")
    with desk.store.checked(document.alto).open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def hocr_of(desk: Desk, prefix: str) -> Iterator[bytes]:
    """Give the letter's words as hOCR, in pieces."""
    from eakte.ocr.hocr import hocr  # noqa: PLC0415 - few looks at a letter need it

    document = _find(desk, prefix)
    note(desk, Action.VIEWED, document.id, what="hocr")
    pages = each_from_json(RecognisedPage, desk.store.get(document.text))
    return (piece.encode() for piece in hocr(document.id, pages))


def transfervermerk_of(desk: Desk, prefix: str) -> str:
    """Give the letter's Transfervermerk as German text; raises RefusedError before sealing."""
    document = _find(desk, prefix)
    if document.transfervermerk is None:
        detail = _("{document} has no Transfervermerk yet; it is {state}")
        raise RefusedError(detail=detail.format(document=document.id, state=document.state.value))
    note(desk, Action.VIEWED, document.id, what="transfervermerk")
    return readable(document.transfervermerk)


def export_pdf(desk: Desk, prefix: str, out: Path) -> Path:
    """Write the sealed original, or before sealing the archive copy, to a new file."""
    document = _find(desk, prefix)
    return _export(desk, document, document.sealed or document.archive_copy, out)


def pdf_of(desk: Desk, prefix: str) -> bytes:
    """Give what `export_pdf` would write."""
    document = _find(desk, prefix)
    return _handed_out(desk, document, document.sealed or document.archive_copy)


def export_original(desk: Desk, prefix: str, out: Path) -> Path:
    """Write the scan exactly as it was received to a new file.

    Raises NotFoundError if there is more in it than the current user may see.
    """
    document = _of_whole_scan(desk, prefix)
    return _export(desk, document, document.scan, out)


def original_of(desk: Desk, prefix: str) -> bytes:
    """Give what `export_original` would write."""
    document = _of_whole_scan(desk, prefix)
    return _handed_out(desk, document, document.scan)


def _of_whole_scan(desk: Desk, prefix: str) -> Document:
    scope = require(desk, Permission.READ)
    with desk.engine.connect() as connection:
        document = documents.get_by_prefix(connection, prefix, scope)
        if not visible.is_whole(connection, document.scan, scope):
            raise NotFoundError(kind=N_("scan"), name=document.id)
    return document


def export_enclosures(desk: Desk, prefix: str, folder: Path) -> tuple[Path, ...]:
    """Write what belongs to a letter's file into a new folder, under names that are safe."""
    shown = _shown(desk, prefix)
    if folder.exists():
        detail = _("{path} exists already; eakte overwrites nothing").format(path=folder)
        raise RefusedError(detail=detail)
    folder.mkdir(mode=0o700)
    return tuple(
        _export(desk, shown.document, each.digest, folder / _file_name(number, each))
        for number, each in enumerate(shown.enclosures, start=1)
    )


def _file_name(number: int, enclosure: Enclosure) -> str:
    """Make a file name of a sender's name: no path, nothing hidden, nothing twice."""
    plain = "".join(each if each.isalnum() or each in "._- " else "_" for each in enclosure.name)
    return f"{number:03}-{enclosure.role.value}-{plain[-80:]}"


@dataclass(frozen=True)
class Listed:
    """A page of Akten with the number of letters filed in each, and how many Akten there are."""

    akten: tuple[tuple[Akte, int], ...]
    total: int


def list_akten(desk: Desk, text: str = "", *, limit: int = 100, offset: int = 0) -> Listed:
    """Give Akten in order of their Aktenzeichen, those with a text in it or in their title."""
    scope = require(desk, Permission.READ)
    with desk.engine.connect() as connection:
        found, total = akten.named(connection, text, scope, limit=limit, offset=offset)
        names = [each.aktenzeichen for each in found]
        counts = documents.counts_of_akten(connection, names, scope)
    return Listed(tuple((akte, counts.get(akte.aktenzeichen, 0)) for akte in found), total)


def show_akte(desk: Desk, aktenzeichen: str) -> AkteContent:
    """Give an Akte with all that is filed in it."""
    scope = require(desk, Permission.READ)
    with desk.engine.connect() as connection:
        akte = akten.get(connection, aktenzeichen, scope)
        content = tuple(
            (vorgang, documents.of_vorgang(connection, vorgang.id, scope))
            for vorgang in akten.vorgaenge(connection, aktenzeichen)
        )
        subjects = (aktenzeichen, *(each.id for _vorgang, letters in content for each in letters))
        hanging = entries.of_subjects(connection, subjects, scope)
        unit = aktenplan.load(connection).effective(akte.unit)
    note(desk, Action.VIEWED, aktenzeichen)
    return AkteContent(akte, content, unit, hanging)


def _find(desk: Desk, prefix: str) -> Document:
    scope = require(desk, Permission.READ)
    with desk.engine.connect() as connection:
        return documents.get_by_prefix(connection, prefix, scope)


def _shown(desk: Desk, prefix: str) -> Shown:
    """Give a letter with all around it, without what belongs to letters that are not in scope.

    What came with a file that holds such letters too is left out: nobody knows whose it is.
    """
    scope = require(desk, Permission.READ)
    with desk.engine.connect() as connection:
        found = documents.get_by_prefix(connection, prefix, scope)
        document = replace(found, successors=documents.among(connection, found.successors, scope))
        scan = scans.get(connection, document.scan)
        whole = visible.is_whole(connection, document.scan, scope)
        beside = scans.enclosures_of(connection, document.scan) if whole else ()
        enclosures = tuple(
            each for each in beside if visible.is_whole(connection, each.digest, scope)
        )
        deliveries = tuple(
            each
            for each in scans.deliveries_with(connection, document.scan)
            if visible.is_whole(connection, each.scan.digest, scope)
        )
        former = former_seals.of_document(connection, document.id)
    if not whole:
        scan = replace(scan, pages=len(document.pages), findings=())
    definition = desk.definitions.class_of(document.classification.class_id)
    class_name = definition.name if definition else ""
    return Shown(document, scan, class_name, enclosures, deliveries, former)


def _export(desk: Desk, document: Document, digest: Digest, out: Path) -> Path:
    if out.exists():
        detail = _("{path} exists already; eakte overwrites nothing").format(path=out)
        raise RefusedError(detail=detail)
    data = desk.store.get(digest)
    with out.open("xb") as target:
        note(desk, Action.EXPORTED, document.id, sha256=digest)
        target.write(data)
    return out


def _handed_out(desk: Desk, document: Document, digest: Digest) -> bytes:
    data = desk.store.get(digest)
    note(desk, Action.EXPORTED, document.id, sha256=digest)
    return data
