"""Reading and checking the audit log, and proving what is in it."""

from __future__ import annotations

from pathlib import Path

from eakte.audit import log, proofs
from eakte.audit import verify as audit
from eakte.audit.checkpoint import Anchor
from eakte.audit.proofs import Consistency, Inclusion
from eakte.audit.verify import AuditVerdict
from eakte.database import snapshot
from eakte.domain.events import Event
from eakte.errors import ExitCode
from eakte.pipeline.desk import Desk
from eakte.services import anchor_reading
from eakte.services.access import Permission, require


def latest(desk: Desk, limit: int, of: str) -> tuple[tuple[int, Event], ...]:
    """Give the newest events with their positions, newest first, perhaps of one object only."""
    require(desk, Permission.AUDIT)
    with desk.engine.connect() as connection:
        return log.latest(connection, limit, of)


def verify(
    desk: Desk, anchors: tuple[Path, ...] = (), trust: tuple[Path, ...] = ()
) -> AuditVerdict:
    """Check the whole log against itself and against anchors outside the database.

    `anchors` are files (or folders of them) that were kept elsewhere; without any the home's own
    are used, which its keeper could have removed or, as far as they are not signed, rewritten.
    Signatures are checked against `trust`, else against the anchors of trust of the home.
    """
    require(desk, Permission.AUDIT)
    found, unreadable = anchors_of(desk, anchors, trust)
    with snapshot(desk.engine) as connection:
        return audit.verify(connection, found, unreadable)


def anchors_of(
    desk: Desk, anchors: tuple[Path, ...], trust: tuple[Path, ...]
) -> tuple[tuple[Anchor, ...], int]:
    """Give what `verify` holds the log against, and how many lines of it are no checkpoint."""
    own = (desk.home.anchors,) if desk.home.anchors.is_dir() else ()
    given, trusted = anchors or own, trust or (desk.home.trust,)
    return anchor_reading.read(given, trusted, desk.clock.now(), may_be_empty=not anchors)


def exit_code(verdict: AuditVerdict) -> ExitCode:
    """Give INVALID if the log was changed, INDETERMINATE if an anchor cannot be believed."""
    if not verdict.intact:
        return ExitCode.INVALID
    return ExitCode.INDETERMINATE if verdict.unproven else ExitCode.OK


def prove_inclusion(desk: Desk, position: int, size: int = 0) -> Inclusion:
    """Prove that an event is in the log of the first `size` events (0: all).

    Raises NotFoundError if there is no such event, RecordDamagedError if the log cannot prove it.
    """
    require(desk, Permission.AUDIT)
    with snapshot(desk.engine) as connection:
        return proofs.inclusion(connection, position, size)


def prove_consistency(desk: Desk, old: int, size: int = 0) -> Consistency:
    """Prove that the first `old` events are the beginning of the first `size` (0: all).

    Raises as `prove_inclusion` does.
    """
    require(desk, Permission.AUDIT)
    with snapshot(desk.engine) as connection:
        return proofs.consistency(connection, old, size)
