"""Verifying evidence records: those of a home over its sealed originals, and any file with one."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from eakte import sandbox
from eakte.database import Connection
from eakte.domain.access import Scope
from eakte.domain.akten import Document, is_aktenzeichen
from eakte.domain.events import Action
from eakte.domain.ids import Digest
from eakte.domain.verification import Verdict, VerificationReport
from eakte.errors import NotFoundError, StageFailedError, UnusableInputError
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.records import akten, documents
from eakte.seal.evidence.stamping import ArchiveStamper
from eakte.seal.evidence.syntax import write
from eakte.seal.evidence.verify import Case, broken_down, check_record
from eakte.services.access import Permission, require
from eakte.services.desks import note
from eakte.services.evidence import without
from eakte.services.evidence_chains import Chains, Forest
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


def verify(desk: Desk, stamper: ArchiveStamper, names: tuple[str, ...]) -> tuple[Verified, ...]:
    """Verify the records of letters, or of those in Akten; without names, of all letters.

    What is said about revocation now is asked for, where the home knows whom to ask.
    """
    scope = require(desk, Permission.READ if names else Permission.AUDIT)
    with desk.engine.connect() as connection:
        letters = {
            each.id: each for name in names for each in _letters(connection, name, scope)
        } or {each.id: each for each in documents.sealed(connection) if not names}
        forest = Forest.of(desk, connection)
        pairs = [
            (letter, forest.chains(connection, letter.sealed) if letter.sealed else [])
            for letter in letters.values()
        ]
    return tuple(_verified(desk, stamper, letter, chains) for letter, chains in pairs)


def _letters(connection: Connection, name: str, scope: Scope) -> tuple[Document, ...]:
    if is_aktenzeichen(name):
        akten.get(connection, name, scope)
        return documents.of_akte(connection, name, scope)
    return (documents.get_by_prefix(connection, name, scope),)


def _verified(desk: Desk, stamper: ArchiveStamper, letter: Document, chains: Chains) -> Verified:
    report = judge(desk, stamper, chains, letter.sealed)
    note(desk, Action.VERIFIED, letter.id, evidence=report.verdict.value)
    return Verified(letter.id, letter.subject, report)


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
        missing = _("the sealed original is not in the store")
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
