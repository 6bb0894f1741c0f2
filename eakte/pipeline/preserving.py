"""Renewing the proof in a sealed original: the same bytes under one more time-stamp.

The new file is judged before anything is recorded: it begins with the old one, is VALID, conforms
to PDF/A as its archive copy did, and holds longer. Then one transaction puts it in the place of the
old one, which keeps its bytes and gets a row of its own. Killed at any time, the old or the new
version stands, whole; bytes that no record names are removed by a repair, and the next run begins
anew.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eakte import sandbox
from eakte.audit import log
from eakte.database import lock, transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.codec import to_json
from eakte.domain.conformance import Confirmations
from eakte.domain.events import Action
from eakte.domain.ids import Digest
from eakte.domain.preservation import Protection, SealedVersion, SealLevel
from eakte.domain.verification import Verdict
from eakte.errors import RefusedError, SealFailedError
from eakte.i18n import _
from eakte.pdfa.check import PASS
from eakte.pipeline import confirming, jobs
from eakte.pipeline.context import Context
from eakte.pipeline.noted import event
from eakte.records import documents, former_seals, scans
from eakte.seal.lasting import end_of, end_of_copy, protection_of
from eakte.seal.verify import verify_own

_CHUNK = 1 << 20


def renew(context: Context, letter: Document, actor: str) -> Document:
    """Renew a filed letter whose sealed original was just found VALID.

    Raises SealFailedError if no time-stamp can be had or what came of it is not good, RefusedError
    if the letter changed meanwhile; nothing is recorded then.
    """
    if letter.sealed is None:
        raise RefusedError(detail=_("{document} is not sealed").format(document=letter.id))
    old = context.store.checked(letter.sealed)
    with context.workspace() as folder:
        out = folder / "renewed.pdf"
        context.sealer.renew(old, out)
        protection = _require_longer(letter.protection, protection_of(out))
        confirmed = _judge_conformance(context, old, out, folder)
        if not _begins_with(out, old):
            raise SealFailedError(detail=_("the renewed file does not begin with the old one"))
        digest = context.store.put_file(out)
    made = _judged(context, letter, digest, protection)
    return _record(context, letter, made, actor, confirmed)


def _judge_conformance(context: Context, old: Path, out: Path, folder: Path) -> Confirmations:
    """Hold the renewed file against PDF/A, with the archive copy that is its beginning."""
    copy = folder / "copy.pdf"
    with old.open("rb") as source, copy.open("wb") as target:
        left = end_of_copy(old)
        while left > 0:
            chunk = source.read(min(left, _CHUNK))
            if not chunk:
                break
            left -= target.write(chunk)
    limits = context.file_limits(copy, out)
    answer = sandbox.call(limits, jobs.judge_sealed, copy, out)
    if answer != PASS:
        detail = _("the sealed file does not conform to PDF/A: {found}")
        raise SealFailedError(detail=detail.format(found=answer))
    return confirming.load(context, confirming.confirm(context, out, confirming.SEALED))


def _begins_with(new: Path, old: Path) -> bool:
    with new.open("rb") as longer, old.open("rb") as shorter:
        while chunk := shorter.read(_CHUNK):
            if longer.read(len(chunk)) != chunk:
                return False
        return bool(longer.read(1))


def _require_longer(old: Protection | None, new: Protection) -> Protection:
    if old is not None and old.level is new.level and end_of(new) <= end_of(old):
        raise SealFailedError(detail=_("the new time-stamp does not hold longer than the old one"))
    return new


def _judged(
    context: Context, letter: Document, digest: Digest, protection: Protection
) -> SealedVersion:
    """Judge what the store holds; raises SealFailedError unless it is VALID."""
    path, now = context.store.path(digest), context.clock.now()
    report = verify_own(path, context.home.trust, now, digest, len(letter.pages))
    if report.verdict is not Verdict.VALID:
        raise SealFailedError(detail=f"{report.verdict.value}: {report.reason}")
    kept = context.store.put(to_json(report))
    return SealedVersion(digest, kept, report.verdict.value, protection)


def _record(
    context: Context, seen: Document, made: SealedVersion, actor: str, confirmed: Confirmations
) -> Document:
    if seen.sealed is None or seen.report is None:
        raise RefusedError(detail=_("{document} is not sealed").format(document=seen.id))
    former = SealedVersion(seen.sealed, seen.report, seen.verdict, seen.protection)
    now = context.clock.now()
    with transaction(context.engine) as connection:
        lock(connection)
        letter = documents.get(connection, seen.id)
        if letter.sealed != seen.sealed or letter.state is not DocumentState.FILED:
            detail = _("{document} was changed by someone else meanwhile")
            raise RefusedError(detail=detail.format(document=seen.id))
        context.store.require((made.sealed, made.report))
        former_seals.add(connection, letter.id, former, now)
        stored = documents.update(
            connection,
            replace(
                letter,
                sealed=made.sealed,
                report=made.report,
                verdict=made.verdict,
                protection=made.protection,
            ),
        )
        station = scans.get(connection, letter.scan).scan.station
        before = {"sha256": former.sealed}
        after = {"sha256": made.sealed, "report": made.report, "verdict": made.verdict}
        after["level"] = SealLevel.LTA.value
        if confirmed:
            after["verapdf"] = ",".join(f"{each.outcome.value}:{each.report}" for each in confirmed)
        noted = event(Action.RENEWED, letter.id, actor, now, station, after, before)
        log.append(connection, noted)
    return stored
