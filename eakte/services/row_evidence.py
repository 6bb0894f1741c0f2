"""Rows that no seal, history or manifest protects, held against what the audit log tells of them.

These are the Aktenplan, which tells how long records are kept; when files were received; and the
reasons that persons gave in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.aktenplan import Aktenplan
from eakte.domain.codec import to_json
from eakte.domain.events import Action
from eakte.domain.ids import digest_of
from eakte.i18n import _
from eakte.records import aktenplan, erasures, scans

Wrong = tuple[str, str, str]
"""What is wrong, the check that tells, and why."""


def wrong(connection: Connection) -> Iterator[Wrong]:
    """Give what contradicts the log."""
    yield from _aktenplan(connection)
    yield from _receipts(connection)
    for commitment in erasures.wrong_reasons(connection):
        yield commitment, _("Reason"), _("its words are not those that the log has the hash of")


def _aktenplan(connection: Connection) -> Iterator[Wrong]:
    last = log.newest(connection, Action.AKTENPLAN_CHANGED)
    named = last.after["sha256"] if last else digest_of(to_json(Aktenplan()))
    if digest_of(to_json(aktenplan.load(connection))) != named:
        yield "aktenplan", _("Aktenplan"), _("the audit log names another one")


def _receipts(connection: Connection) -> Iterator[Wrong]:
    """Hold each file against its arrivals, since it was new, or came again after an erasure."""
    told = dict[str, list[datetime]]()
    for event in log.of_actions(connection, {Action.RECEIVED, Action.RECEIVED_AGAIN}):
        if event.action is Action.RECEIVED:
            told[event.object] = [event.at, event.at]
        else:
            told.setdefault(event.object, []).append(event.at)
    for digest, moments in scans.received(connection):
        if digest in told and told[digest] != list(moments):
            yield digest, _("Receipt in the log"), _("the audit log names other times")
