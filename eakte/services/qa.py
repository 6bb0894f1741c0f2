"""For auditors and the mailroom: batches, their samples, and drawing a sample again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from eakte.audit import log
from eakte.database import Connection, snapshot
from eakte.domain.access import Scope
from eakte.domain.akten import Document
from eakte.domain.events import Action, Event
from eakte.domain.ids import DocumentId
from eakte.domain.quality import Candidate, QaBatch
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.records import batches, documents, erasures
from eakte.review import sampling
from eakte.services.access import Permission, require

_FROM_LOG = "log:"


@dataclass(frozen=True)
class BatchLine:
    """A batch with the number of its letters per state, and the letters drawn."""

    batch: QaBatch
    states: dict[str, int]
    sampled: tuple[str, ...]


@dataclass(frozen=True)
class Draw:
    """A sample drawn again from what the audit log holds, and what contradicts it."""

    batch: str
    seed: str
    origin: str
    """`log:<n>`: the root of the audit log when it had n events; `settings`: a fixed seed."""
    candidates: tuple[Candidate, ...]
    drawn: tuple[str, ...]
    contradictions: tuple[str, ...]


def overview(desk: Desk) -> tuple[BatchLine, ...]:
    """Give all batches, oldest first."""
    scope = require(desk, Permission.SEE_QUEUE)
    with snapshot(desk.engine) as connection:
        lines = tuple(_line(connection, each, scope) for each in batches.every(connection))
    if scope.everything:
        return lines
    return tuple(replace(each, batch=_bare(each.batch)) for each in lines if each.states)


def _bare(batch: QaBatch) -> QaBatch:
    """Leave out what names the other letters of a batch."""
    return replace(batch, seed="", candidates="")


def draw(desk: Desk, name: str) -> Draw:
    """Draw the sample of a batch again: seed and candidates from the log, the rest is computed.

    Raises NotFoundError if there is no such batch. A batch without a draw gives an empty one.
    """
    require(desk, Permission.AUDIT)
    with snapshot(desk.engine) as connection:
        batch = batches.get(connection, name)
        seeded = _only(log.of_action(connection, Action.BATCH_SEEDED, name))
        logged = _only(log.of_action(connection, Action.BATCH_DRAWN, name))
        letters = documents.of_batch(connection, name)
        gone = erasures.gone(connection)
        if seeded is None or logged is None:
            missing = _("the log holds no draw of it")
            return Draw(name, batch.seed, "", (), (), (missing,) if batch.seed else ())
        root = _root(connection, seeded.after["origin"])
    candidates = sampling.read(seeded.after["candidates"])
    drawn = sampling.draw(seeded.after["seed"], candidates)
    left = tuple(each for each in drawn if each not in gone)
    wrong = _contradictions(batch, seeded, root, (drawn, left), logged, letters)
    return Draw(name, seeded.after["seed"], seeded.after["origin"], candidates, drawn, wrong)


def _contradictions(
    batch: QaBatch,
    seeded: Event,
    root: str,
    drawn: tuple[tuple[DocumentId, ...], tuple[DocumentId, ...]],
    logged: Event,
    letters: tuple[Document, ...],
) -> tuple[str, ...]:
    """Hold the repeated draw, and what was not erased of it, against log and records."""
    said, sampled = seeded.after, {each.id for each in letters if each.sampled}
    checks = [
        (
            root in {"", said["seed"]},
            _("the seed is not the root that the log had then"),
        ),
        (
            (batch.seed, batch.candidates) == (said["seed"], said["candidates"]),
            _("the record has another seed or other candidates than the log"),
        ),
        (
            ",".join(drawn[0]) == logged.after["drawn"],
            _("the log says that other letters were drawn"),
        ),
        (
            sampled == set(drawn[1]),
            _("the records say that other letters were drawn"),
        ),
    ]
    return tuple(sentence for right, sentence in checks if not right)


def _root(connection: Connection, origin: str) -> str:
    """Give the log's root that a seed was taken from, "" if it was not."""
    if not origin.startswith(_FROM_LOG):
        return ""
    return log.root_at(connection, int(origin.removeprefix(_FROM_LOG)))


def _only(events: tuple[Event, ...]) -> Event | None:
    return events[0] if len(events) == 1 else None


def _line(connection: Connection, batch: QaBatch, scope: Scope) -> BatchLine:
    letters = documents.of_batch(connection, batch.id, scope)
    states = Counter(each.state.value for each in letters)
    return BatchLine(batch, dict(states), tuple(each.id for each in letters if each.sampled))
