"""Handing a document or an Akte over as a package of BSI TR-ESOR (XAIP) with its evidence records.

What is protected in a package has an evidence record that is VALID at this moment, or nothing is
written. An Akte is proven by its newest manifest, made now if something changed; its documents by
their sealed originals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from eakte import __version__
from eakte.database import Connection, snapshot
from eakte.domain.access import Scope
from eakte.domain.akten import Akte, Document, DocumentState
from eakte.domain.codec import to_json
from eakte.domain.events import Action
from eakte.domain.history import vorgang_key
from eakte.domain.ids import Digest, new_uuid
from eakte.domain.mail import MediaType
from eakte.domain.retention import retention_of
from eakte.domain.verification import Verdict
from eakte.domain.xaip import VERSION, DataObject, MetaData, Record, Report, Unit, Xaip
from eakte.errors import NotFoundError, RefusedError
from eakte.handover import xaip
from eakte.handover.naming import document_uuid
from eakte.handover.publishing import Published
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.records import akten, aktenplan, documents, manifests, scans, visible
from eakte.records.manifests import KeptManifest
from eakte.seal.evidence.stamping import ArchiveStamper
from eakte.seal.evidence.syntax import write
from eakte.services import actor
from eakte.services import manifests as making
from eakte.services.access import Permission, require
from eakte.services.desks import note
from eakte.services.etsi_report import etsi_report
from eakte.services.evidence_chains import Chains, Forest
from eakte.services.evidence_checks import judge
from eakte.services.handing_over import for_all
from eakte.services.verifying import Verified, verify_document

_NO_END = date(9999, 12, 31)
_MANIFEST = "M1"
_JSON = "application/json"


@dataclass(frozen=True)
class Packed:
    """What was written, and what is worth a thought."""

    package: Published
    documents: int
    records: int
    """So many evidence records are in it."""
    levels: tuple[str, ...]
    """What the seals in it reach."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Chosen:
    """What goes into a package: records as they were at one moment."""

    akte: Akte
    manifest: KeptManifest | None
    """Only if the whole Akte does."""
    unit: Unit
    letters: tuple[Document, ...]
    objects: tuple[DataObject, ...]
    chains: dict[str, tuple[Digest, Chains]]
    """By the id of a protected part: its object, and its evidence record."""
    retention: date
    aoid: str
    without_scan: tuple[str, ...]
    """Documents whose scan holds letters of other Akten, or hidden ones."""


def pack(
    desk: Desk,
    stamper: ArchiveStamper,
    name: str,
    out: Path,
    new: Callable[[], str] = new_uuid,
) -> Packed:
    """Write a document (by its id) or an Akte as a new file; `new` makes UUIDs.

    Raises NotFoundError, RefusedError if a proof is missing or not VALID or the file is there
    already, SystemRefusedError if it cannot be written. The audit log names the package and its
    digest before it appears.
    """
    scope = require(desk, Permission.CHANGE_AKTEN)
    if not out.absolute().parent.is_dir():
        raise NotFoundError(kind=N_("folder"), name=out.absolute().parent)
    chosen = _chosen(desk, scope, name)
    records, found = _proven(desk, stamper, chosen)
    reports = tuple(_reports(desk, chosen, found))
    package = Xaip(
        id=f"P-{new()}",
        aoid=chosen.aoid,
        info=f"{chosen.unit.kind} {name}",
        at=desk.clock.now(),
        retention=chosen.retention,
        product=f"eakte {__version__}",
        organisation=desk.home.settings.organisation,
        unit=chosen.unit,
        objects=chosen.objects,
        metadata=tuple(_metadata(desk, chosen)),
        records=records,
        reports=reports,
    )
    told = _noting(desk, chosen)
    written = xaip.publish(package, desk.store.checked, out.absolute(), told)
    levels = tuple(sorted({each.level_reached for each in chosen.letters}))
    return Packed(written, len(chosen.letters), len(records), levels, _warnings(chosen))


def _chosen(desk: Desk, scope: Scope, name: str) -> _Chosen:
    if documents.is_document_id(name):
        with snapshot(desk.engine) as connection:
            return _one(desk, connection, documents.get_by_prefix(connection, name, scope), scope)
    with desk.engine.connect() as connection:
        akten.get(connection, name, for_all(scope))
    making.newest(desk, name, actor.current(desk))
    with snapshot(desk.engine) as connection:
        return _whole(desk, connection, akten.get(connection, name, scope), scope)


def _one(desk: Desk, connection: Connection, letter: Document, scope: Scope) -> _Chosen:
    if letter.state is not DocumentState.FILED or letter.sealed is None:
        detail = _("{document} is {state}, not filed yet")
        raise RefusedError(detail=detail.format(document=letter.id, state=_(letter.state.value)))
    akte = akten.get(connection, letter.aktenzeichen)
    uuid = document_uuid(letter.scan, letter.part, letter.received_at)
    gathered = _Gathering(desk, connection, scope)
    unit = gathered.document(letter, letter.sealed)
    return gathered.chosen(akte, None, unit, uuid)


def _whole(desk: Desk, connection: Connection, akte: Akte, scope: Scope) -> _Chosen:
    manifest = manifests.of_akte(connection, akte.aktenzeichen)[-1]
    gathered = _Gathering(desk, connection, scope)
    gathered.protect(_MANIFEST, manifest.digest)
    inside = [
        (each, documents.of_vorgang(connection, each.id))
        for each in akten.vorgaenge(connection, akte.aktenzeichen)
    ]
    units = tuple(
        Unit(
            id=f"V{vorgang.number}",
            kind="Vorgang",
            title=f"{vorgang_key(vorgang)}: {vorgang.title}",
            protected=(_MANIFEST,),
            units=tuple(
                gathered.document(each, each.sealed)
                for each in letters
                if each.state is DocumentState.FILED and each.sealed is not None
            ),
        )
        for vorgang, letters in inside
    )
    title = f"{akte.aktenzeichen}: {akte.title}"
    unit = Unit("A1", "Akte", title, (_MANIFEST,), units=units)
    return gathered.chosen(akte, manifest, unit, akte.uuid)


class _Gathering:
    """Collects the parts of a package, each once."""

    def __init__(self, desk: Desk, connection: Connection, scope: Scope) -> None:
        self._desk = desk
        self._scope = scope
        self._connection = connection
        self._forest = Forest.of(desk, connection)
        self._letters = list[Document]()
        self._objects = dict[str, DataObject]()
        self._chains = dict[str, tuple[Digest, Chains]]()
        self._without_scan = list[str]()

    def protect(self, part: str, digest: Digest) -> None:
        self._chains[part] = (digest, self._forest.chains(self._connection, digest))

    def document(self, letter: Document, sealed: Digest) -> Unit:
        name, scan = f"S-{letter.id}", f"O-{letter.scan[:16]}"
        self._letters.append(letter)
        self._objects[name] = DataObject(name, sealed, MediaType.PDF.value)
        self.protect(name, sealed)
        others = [f"T-{letter.id}"] if letter.transfervermerk else []
        if self._is_whole_here(letter):
            kind = scans.get(self._connection, letter.scan).media_type
            self._objects[scan] = DataObject(scan, letter.scan, kind)
            others.append(scan)
        else:
            self._without_scan.append(letter.id)
        title = f"{letter.id}: {letter.subject}"
        return Unit(f"D-{letter.id}", "Dokument", title, (name,), tuple(others))

    def _is_whole_here(self, letter: Document) -> bool:
        """Tell whether all letters in the same file are in the same Akte, and may be seen."""
        inside = documents.packed_in(self._connection, letter.scan)
        seen = visible.is_whole(self._connection, letter.scan, self._scope)
        return seen and all(
            each.aktenzeichen == letter.aktenzeichen and each.state is DocumentState.FILED
            for each in inside
        )

    def chosen(self, akte: Akte, manifest: KeptManifest | None, unit: Unit, aoid: str) -> _Chosen:
        return _Chosen(
            akte=akte,
            manifest=manifest,
            unit=unit,
            letters=tuple(self._letters),
            objects=tuple(self._objects.values()),
            chains=self._chains,
            retention=_retention(self._connection, akte, self._desk.clock.now()),
            aoid=aoid,
            without_scan=tuple(self._without_scan),
        )


def _retention(connection: Connection, akte: Akte, now: datetime) -> date:
    """Give the last day of retention: of an open Akte the one if it were closed today."""
    unit = aktenplan.load(connection).effective(akte.unit)
    found = retention_of(unit, akte.closed_at or now)
    return found.ends if found and found.ends else _NO_END


def _proven(
    desk: Desk, stamper: ArchiveStamper, chosen: _Chosen
) -> tuple[tuple[Record, ...], dict[str, Verified]]:
    """Give the evidence records, and what was found of each, by its part.

    Raises RefusedError, naming all that are missing or wrong.
    """
    records, found, wrong = list[Record](), dict[str, Verified](), list[str]()
    for number, (part, (digest, chains)) in enumerate(chosen.chains.items(), start=1):
        report = judge(desk, stamper, chains, digest)
        name = part.removeprefix("S-") if part != _MANIFEST else _("the newest manifest")
        if report.verdict is Verdict.VALID:
            records.append(Record(f"E{number}", part, write(chains)))
            found[part] = Verified(name, "", report)
        else:
            wrong.append(f"{name}: {report.verdict.value}: {report.reason}")
    if wrong:
        detail = _("not proven yet, or not any more (eakte evidence create): {problems}")
        raise RefusedError(detail=detail.format(problems="; ".join(wrong)))
    return tuple(records), found


def _reports(desk: Desk, chosen: _Chosen, found: dict[str, Verified]) -> Iterator[Report]:
    """Give a report for every part that is proven: on its record and, of a letter, on its seal.

    Sealed originals are verified anew; raises RefusedError for one that is INVALID.
    """
    letters = {f"S-{each.id}": each.id for each in chosen.letters}
    for number, (part, record) in enumerate(found.items(), start=1):
        both = [record]
        if part in letters:
            seal = verify_document(desk, letters[part], desk.home.trust)
            if seal.report.verdict is Verdict.INVALID:
                raise RefusedError(detail=f"{seal.name}: INVALID: {seal.report.reason}")
            both.append(seal)
        yield Report(f"R{number}", part, etsi_report(both))


def _metadata(desk: Desk, chosen: _Chosen) -> Iterator[MetaData]:
    if chosen.manifest is not None:
        about = tuple(f"S-{each.id}" for each in chosen.letters) or (VERSION,)
        data = desk.store.get(chosen.manifest.digest)
        yield MetaData(_MANIFEST, about, "Manifest der Akte", _JSON, data)
    for each in chosen.letters:
        if each.transfervermerk is not None:
            data = to_json(each.transfervermerk)
            yield MetaData(f"T-{each.id}", (f"S-{each.id}",), "Transfervermerk", _JSON, data)


def _noting(desk: Desk, chosen: _Chosen) -> Callable[[Published], None]:
    """Give what writes a package into the audit log."""
    subject = chosen.akte.aktenzeichen if chosen.manifest else chosen.letters[0].id

    def write_event(package: Published) -> None:
        note(
            desk,
            Action.EXPORTED,
            subject,
            format="xaip",
            sha256=package.sha256,
            manifest=chosen.manifest.digest if chosen.manifest else "",
        )

    return write_event


def _warnings(chosen: _Chosen) -> tuple[str, ...]:
    text = _("the scan of {document} holds more than this, and stays here")
    return tuple(text.format(document=each) for each in chosen.without_scan)
