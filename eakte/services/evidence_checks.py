"""Verifying evidence records: those of a home over what it keeps, and any file with one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from eakte import sandbox
from eakte.database import Connection
from eakte.domain.access import Scope
from eakte.domain.akten import Akte, Document, is_aktenzeichen
from eakte.domain.events import Action
from eakte.domain.ids import Digest
from eakte.domain.verification import Verdict, VerificationReport
from eakte.errors import NotFoundError, StageFailedError, StoreError, UnusableInputError
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.records import akten, documents, manifests
from eakte.records.manifests import KeptManifest
from eakte.seal.evidence.stamping import ArchiveStamper
from eakte.seal.evidence.syntax import write
from eakte.seal.evidence.verify import Case, broken_down, check_record
from eakte.services import evidence_whole
from eakte.services.access import Permission, require
from eakte.services.desks import note
from eakte.services.evidence import without
from eakte.services.evidence_chains import Chains, Forest
from eakte.services.evidence_whole import Whole
from eakte.services.verifying import Verified

_LIMITS = sandbox.Limits(wall_seconds=120, cpu_seconds=120, memory_mb=2000)


def verify_file(case: Case, at: datetime) -> Verified:
    """Verify a record that may be hostile, in a limited child process, without any home.

    Raises NotFoundError, and ConfigurationError for unusable anchors.
    """
    whole = Case(
        case.record.absolute(),
        tuple(each.absolute() for each in case.objects),
        tuple(each.absolute() for each in case.trust),
        tuple(each.absolute() for each in case.revocation),
    )
    for path in (whole.record, *whole.objects, *whole.revocation):
        if not path.is_file():
            raise NotFoundError(kind=N_("file"), name=path)
    try:
        report = sandbox.call(_LIMITS, check_record, whole, at)
    except (StageFailedError, UnusableInputError) as problem:
        report = broken_down(whole, at, str(problem))
    return Verified(case.record.name, "", report)


@dataclass(frozen=True)
class _Item:
    """A letter, or an Akte by its newest manifest, and the object that stands for it."""

    name: str
    title: str
    object: Digest | None
    said: dict[str, str] = field(default_factory=dict)
    """What the audit log tells of it besides."""


def verify(desk: Desk, stamper: ArchiveStamper, names: tuple[str, ...]) -> tuple[Verified, ...]:
    """Verify the records of letters, or of Akten with their letters; without names, of all.

    Of an Akte that is the record of its newest manifest. Among all are the hash trees that are not
    what the audit log tells; a record that is gone, though the log tells of it, is INVALID. What is
    said about revocation now is asked for, where the home knows whom to ask.
    """
    scope = require(desk, Permission.READ if names else Permission.AUDIT)
    with desk.engine.connect() as connection:
        asked = [each for name in names for each in _named(connection, name, scope)]
        found = asked if names else [*_every(connection)]
        items = {(each.name, each.object): each for each in found}.values()
        forest, whole = Forest.of(desk, connection), evidence_whole.look(connection)
        known = [(each, _chains(forest, connection, each, whole)) for each in items]
    trees = () if names else tuple(_tree(desk, *each) for each in whole.faults.items())
    return (*trees, *(_verified(desk, stamper, each, chains) for each, chains in known))


def _tree(desk: Desk, name: str, fault: str) -> Verified:
    """Tell of a tree that is not the one that the log tells of."""
    report = without(_("Hash tree in the log"), fault, str(desk.home.trust), desk.clock.now())
    note(desk, Action.VERIFIED, name, evidence=report.verdict.value)
    return Verified(name, "", report)


def _chains(forest: Forest, connection: Connection, item: _Item, whole: Whole) -> Chains | str:
    """Give the chains of an item's record, or why it is lost."""
    if item.object is None:
        return []
    try:
        chains = forest.chains(connection, item.object)
    except (StoreError, ValueError) as problem:
        return str(problem)
    if chains or not (tree := whole.lost(item.object)):
        return chains
    told = _("the log tells of one ({tree}), the records do not have it")
    return told.format(tree=tree)


def _named(connection: Connection, name: str, scope: Scope) -> Iterator[_Item]:
    if not is_aktenzeichen(name):
        yield _letter(documents.get_by_prefix(connection, name, scope))
        return
    yield from _manifest(akten.get(connection, name, scope), manifests.of_akte(connection, name))
    yield from map(_letter, documents.of_akte(connection, name, scope))


def _every(connection: Connection) -> Iterator[_Item]:
    for akte in akten.every(connection):
        yield from _manifest(akte, manifests.of_akte(connection, akte.aktenzeichen))
    yield from map(_letter, documents.sealed(connection))


def _letter(letter: Document) -> _Item:
    return _Item(letter.id, letter.subject, letter.sealed)


def _manifest(akte: Akte, kept: Sequence[KeptManifest]) -> Iterator[_Item]:
    for each in kept[-1:]:
        title = _("manifest {number}").format(number=each.number)
        yield _Item(akte.aktenzeichen, title, each.digest, {"manifest": str(each.number)})


def _verified(desk: Desk, stamper: ArchiveStamper, item: _Item, chains: Chains | str) -> Verified:
    if isinstance(chains, str):
        trust = str(desk.home.trust)
        report = without(_("Evidence record"), chains, trust, desk.clock.now())
    else:
        report = judge(desk, stamper, chains, item.object)
    note(desk, Action.VERIFIED, item.name, evidence=report.verdict.value, **item.said)
    return Verified(item.name, item.title, report)


def flaw_of(desk: Desk, stamper: ArchiveStamper, chains: Chains, name: Digest) -> str:
    """Say why the record of an object is not VALID, "" if it is."""
    report = judge(desk, stamper, chains, name)
    return "" if report.verdict is Verdict.VALID else f"{report.verdict.value}: {report.reason}"


def judge(
    desk: Desk, stamper: ArchiveStamper, chains: Chains, name: Digest | None
) -> VerificationReport:
    """Judge the record of an object in the store, as of now."""
    at, trust = desk.clock.now(), desk.home.trust
    if name is None or not chains:
        reason = _("there is no evidence record for it yet")
        return without(_("Evidence record"), reason, str(trust), at, removed=False)
    if not desk.store.path(name).is_file():
        missing = _("the object is not in the store")
        return without(_("Evidence record"), missing, str(trust), at)
    said = stamper.revocation_of(chains[-1][-1].token)
    with tempfile.TemporaryDirectory(dir=desk.home.work) as folder:
        record = _written(Path(folder) / "record.ers", write(chains))
        extra = [*said.lists, *said.answers]
        given = [
            _written(Path(folder) / f"{number}.der", data) for number, data in enumerate(extra)
        ]
        case = Case(record, (desk.store.path(name),), (trust,), tuple(given))
        return check_record(case, at)


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def record_of(desk: Desk, name: str) -> tuple[Document, Chains]:
    """Give a letter with the chains of its record; raises NotFoundError if it has none."""
    scope = require(desk, Permission.READ)
    with desk.engine.connect() as connection:
        letter = documents.get_by_prefix(connection, name, scope)
        chains = Forest.of(desk, connection).chains(connection, letter.sealed or Digest(""))
    if not chains:
        raise NotFoundError(kind=N_("evidence record"), name=letter.id)
    return letter, chains


def export(desk: Desk, name: str, out: Path) -> None:
    """Write the record of a letter as a file (DER), and note that; raises FileExistsError."""
    letter, chains = record_of(desk, name)
    with out.open("xb") as file:
        file.write(write(chains))
    note(desk, Action.EXPORTED, letter.id, evidence=out.name)
