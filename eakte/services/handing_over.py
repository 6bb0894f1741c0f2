"""Handing an Akte over: to an archive or another authority, as a package of xdomea."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eakte import __version__
from eakte.audit import log
from eakte.database import Connection, snapshot
from eakte.domain.access import Scope
from eakte.domain.aktenplan import Disposal
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.events import Action
from eakte.domain.handover import Edition, Handover, Message
from eakte.domain.ids import new_uuid
from eakte.domain.levels import Level
from eakte.domain.moments import local_day
from eakte.errors import NotFoundError, RefusedError
from eakte.handover.package import Package, publish
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.records import akten
from eakte.services import actor, manifests
from eakte.services.access import Permission, require
from eakte.services.desks import note
from eakte.services.handed_akte import handed_akte

_ARCHIVE, _AUTHORITY = "zuständiges Archiv", "aufnehmende Stelle"
"""What a message calls its recipient where nobody names one."""
_DEMO = "Vorführung: Die Siegel sind mit Demo-Schlüsseln erstellt und nicht qualifiziert."


@dataclass(frozen=True)
class Order:
    """What is wanted; without `process` one is found or made, without `recipient` none is named."""

    message: Message
    edition: Edition = Edition.V3_1
    recipient: str = ""
    process: str = ""
    documents: tuple[str, ...] = ()
    """Only these documents: what an archive takes; empty: all."""


@dataclass(frozen=True)
class HandedOver:
    """What was handed over, and what is worth a thought."""

    package: Package
    process: str
    documents: int
    levels: tuple[str, ...]
    """What the seals in it reach."""
    warnings: tuple[str, ...] = ()


def hand_over(
    desk: Desk, aktenzeichen: str, folder: Path, order: Order, new: Callable[[], str] = new_uuid
) -> HandedOver:
    """Write an Akte as a package into a folder; `new` makes UUIDs.

    Raises NotFoundError, RefusedError if something is lacking (`eakte.handover.demands`), the Akte
    contradicts its history, or the package is there already, SystemRefusedError if the folder
    cannot be written to. The Akte has a manifest of what it is then; the audit log names the
    package and its digest before it appears.
    """
    scope = for_all(require(desk, Permission.CHANGE_AKTEN))
    if not folder.is_dir():
        raise NotFoundError(kind=N_("folder"), name=folder)
    with desk.engine.connect() as connection:
        akten.get(connection, aktenzeichen, scope)
    manifests.newest(desk, aktenzeichen, actor.current(desk))
    with snapshot(desk.engine) as connection:
        akte = handed_akte(connection, aktenzeichen, desk.definitions, scope)
        akte = akte.only(order.documents) if order.documents else akte
        process = order.process or _offered(connection, aktenzeichen, order.message) or new()
    levels = tuple(sorted({each.level for each in akte.documents()}))
    to_archive = order.message.to_archive
    handover = Handover(
        message=order.message,
        edition=order.edition,
        process=process,
        uuid=new(),
        at=desk.clock.now(),
        sender=desk.home.settings.organisation,
        recipient=order.recipient or (_ARCHIVE if to_archive else _AUTHORITY),
        product=f"eakte {__version__}",
        akte=akte,
        remark=_DEMO if Level.DEMO.value in levels else "",
    )
    package = publish(handover, desk.store.checked, folder, _noting(desk, handover))
    count = sum(1 for _document in akte.documents())
    warnings = tuple(_warnings(handover, local_day(handover.at)))
    return HandedOver(package, process, count, levels, warnings)


def for_all(scope: Scope) -> Scope:
    """Give a scope that sees every level; raises RefusedError for any other.

    A hand-over is whole or false. The answer must not depend on what is in the Akte, or it would
    tell that there is something that one may not see.
    """
    if scope.everything or scope.clearance is Confidentiality.STRENG_GEHEIM:
        return scope
    detail = _("an Akte is handed over whole, by somebody who may see every confidentiality level")
    raise RefusedError(detail=detail)


def _offered(connection: Connection, aktenzeichen: str, message: Message) -> str:
    """Give the process in which an Akte was offered last, if this message goes on with it."""
    if message is not Message.AUSSONDERUNG:
        return ""
    offers = [
        event.after["process"]
        for event in log.of_action(connection, Action.EXPORTED, aktenzeichen)
        if event.after.get("message") == Message.ANBIETEVERZEICHNIS.value
    ]
    return offers[-1] if offers else ""


def _noting(desk: Desk, handover: Handover) -> Callable[[Package], None]:
    """Give what writes a package into the audit log."""

    def write(package: Package) -> None:
        note(
            desk,
            Action.EXPORTED,
            handover.akte.name,
            message=handover.message.value,
            edition=handover.edition.value,
            process=handover.process,
            sha256=package.sha256,
            files=str(package.files),
        )

    return write


def _warnings(handover: Handover, today: date) -> Iterator[str]:
    """Say what a person should think about; nothing of it forbids the hand-over."""
    retention = handover.akte.retention
    if handover.message is not Message.AUSSONDERUNG or retention is None:
        return
    if retention.ends is not None and retention.ends >= today:
        yield _("its retention ends on {day} only").format(day=retention.ends.isoformat())
    if retention.disposal is Disposal.DESTROY:
        yield _("the Aktenplan says that it is to be destroyed (V), not archived")
