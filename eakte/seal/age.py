"""What is doubtful about the age of what issuers say about revocation: check 14 of a verification.

A time-stamp alone proves its moment only as long as its authority holds its key: who steals the key
predates what he likes. So one that a later one covers counts only if its authority was not revoked
when that one proves that it existed, not when it says so itself (EN 319 102-1 §5.6.2.4).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from eakte.i18n import _
from eakte.seal.facts import FileFacts, Signature, Timestamp
from eakte.seal.freshness import Statement

_CURRENT = timedelta(days=1)
CLOCKS_DIFFER = timedelta(minutes=1)
"""So far may the clocks of two services differ."""


def evidence_doubt(facts: FileFacts, at: datetime) -> str:
    """Say what is wrong with what is said about revocation, as of `at`; nothing: "".

    There must be a signature.
    """
    sealed = max(_reached(item, at) for item in facts.signatures)
    proven = all(item.judgement.best_time is not None for item in facts.signatures)
    items: list[Signature | Timestamp] = [*facts.signatures, *facts.timestamps]
    for item in items:
        problem = _doubt(item, sealed, sealed if proven else at, _covered(item, at))
        if item.statements is not None and problem:
            return problem
    return ""


def _doubt(
    item: Signature | Timestamp, sealed: datetime, by: datetime, covered: datetime | None
) -> str:
    """Say what is wrong with what is said about an item's chain; nothing: "".

    It must reach the moment `sealed`; `by` is when the seal existed for certain, `covered` when a
    later time-stamp proves that this one existed.
    """
    reach, proven = sealed, by == sealed
    holder = item.signer if isinstance(item, Signature) else item.authority
    if isinstance(item, Timestamp) and item.kind == "document":
        reach, by = max(sealed, item.time - _CURRENT), max(sealed, item.time)
    said = item.statements or ()
    living = tuple(one for one in said if one.made <= holder.not_valid_after)
    by = max(by, covered or by)
    if any(_revoked_by(one, by) for each in (said, *item.issuers) for one in each):
        detail = _("REVOKED_NO_POE: a certificate behind {field} was revoked by then")
    elif not any(reach - CLOCKS_DIFFER <= one.made for one in living):
        detail = _("TRY_LATER: what is said about revocation for {field} is older than the seal")
        if not proven:
            detail = _(
                "TRY_LATER: no time-stamp proves when {field} was made, and what is said about "
                "revocation is older than a day"
            )
    elif not all(_in_force(each, reach) for each in item.issuers):
        detail = _("TRY_LATER: what is said about a CA behind {field} had run out by then")
    elif covered and not all(
        _in_force(each, covered - _CURRENT) for each in (living, *item.issuers)
    ):
        detail = _(
            "TRY_LATER: what is said about the time-stamp in {field} had run out when the next one "
            "covered it"
        )
    else:
        return ""
    return detail.format(field=item.field)


def _in_force(said: tuple[Statement, ...], moment: datetime) -> bool:
    return any(one.in_force(moment) for one in said)


def _revoked_by(one: Statement, moment: datetime) -> bool:
    return one.revoked is not None and one.revoked <= moment


def _covered(item: Signature | Timestamp, at: datetime) -> datetime | None:
    """Give when a later time-stamp proves that this one existed; None: none does."""
    if isinstance(item, Timestamp) and item.held_until < at:
        return item.held_until
    return None


def _reached(item: Signature, at: datetime) -> datetime:
    """Give the moment that evidence must reach: that of the proof, else about now."""
    known = item.judgement.best_time
    return at - _CURRENT if known is None else known
