"""Taking in what an archive answered by message (0502), as if somebody had typed it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from eakte import sandbox
from eakte.database import snapshot
from eakte.deliveries.appraisal import Appraisal, read_appraisal
from eakte.domain.aktenplan import Disposal
from eakte.domain.handover import HandedAkte
from eakte.domain.retention import Decision
from eakte.errors import NotFoundError, RefusedError
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.records import akten
from eakte.services.access import Permission, require
from eakte.services.handed_akte import handed_akte
from eakte.services.handing_over import for_all
from eakte.services.retention import answer, course_of
from eakte.store.local import file_digest

_LIMITS = sandbox.Limits(wall_seconds=60, cpu_seconds=60, memory_mb=2000)


def answer_by_message(desk: Desk, aktenzeichen: str, file: Path) -> Decision:
    """Note the answer in a message 0502 (XML, or in a zip) to the last offer of an Akte.

    The message is read in a limited child process, for it comes from outside. A document has the
    Bewertung that the message gives it, else its Vorgang, else the Akte. Raises NotFoundError,
    UnusableInputError, and RefusedError if it answers another offer or decides something else.
    """
    scope, source = for_all(require(desk, Permission.CHANGE_AKTEN)), file.absolute()
    if not source.is_file():
        raise NotFoundError(kind=N_("file"), name=file)
    with TemporaryDirectory(prefix="eakte-xdomea-") as folder:
        read: Appraisal = sandbox.call(_LIMITS, read_appraisal, source, Path(folder))
    with snapshot(desk.engine) as connection:
        found = course_of(connection, akten.get(connection, aktenzeichen, scope))
        akte = handed_akte(connection, aktenzeichen, desk.definitions, scope)
    if not found.process or found.process != read.process:
        detail = _("the message answers another process than the last offer of {akte}")
        raise RefusedError(detail=detail.format(akte=aktenzeichen))
    wanted, every = _wanted(akte, dict(read.decided)), tuple(akte.documents())
    decision = Decision.PART if wanted else Decision.DESTROY
    if len(wanted) == len(every) and akte.uuid in dict(read.decided):
        decision = Decision.TAKE if dict(read.decided)[akte.uuid] is Disposal.ARCHIVE else decision
    names = wanted if decision is Decision.PART else ()
    answer(desk, aktenzeichen, decision, f"0502, SHA-256 {file_digest(source)}", names)
    return decision


def _wanted(akte: HandedAkte, decided: Mapping[str, Disposal]) -> tuple[str, ...]:
    """Give the documents that the archive takes; raises RefusedError unless all is decided."""
    told, known, wanted = dict(decided), {akte.uuid}, list[str]()
    for vorgang in akte.vorgaenge:
        known.add(vorgang.uuid)
        above = told.get(vorgang.uuid, told.get(akte.uuid))
        for document in vorgang.documents:
            known.add(document.uuid)
            disposal = told.get(document.uuid, above)
            if disposal in {None, Disposal.APPRAISE}:
                detail = _("the message does not decide on {document}")
                raise RefusedError(detail=detail.format(document=document.name))
            if disposal is Disposal.ARCHIVE:
                wanted.append(document.name)
    if others := decided.keys() - known:
        detail = _("the message decides on what is not in {akte}: {names}")
        raise RefusedError(detail=detail.format(akte=akte.name, names=", ".join(sorted(others))))
    return tuple(wanted)
