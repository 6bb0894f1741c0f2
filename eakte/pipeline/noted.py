"""Events of state changes: who or what did it, where, what changed, and for what reason."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from eakte.domain.blobs import BlobStore
from eakte.domain.codec import to_json
from eakte.domain.events import Action, Event
from eakte.domain.ids import Digest, DocumentId

MACHINE = "eakte"
"""The actor of what no person did."""
_SALT_BYTES = 16


@dataclass(frozen=True)
class Reason:
    """What somebody stated about a letter; kept in the store, named in the audit log.

    The log holds its digest only: `salt` (random) keeps anybody from guessing the text by it once
    the blob is deleted.
    """

    document: DocumentId
    salt: str
    text: str


@dataclass(frozen=True)
class Stated:
    """A reason for the record, and the blob that the log names."""

    text: str
    kept: Digest


def stated(store: BlobStore, document: DocumentId, text: str) -> Stated:
    """Keep a reason so that the log can name it without telling it."""
    return Stated(text, store.put(to_json(Reason(document, secrets.token_hex(_SALT_BYTES), text))))


def event(
    action: Action,
    name: str,
    actor: str,
    at: datetime,
    station: str,
    after: Mapping[str, str],
    before: Mapping[str, str] | None = None,
) -> Event:
    """Make an event; `before` and `after` hold ids, digests and codes, no text of a letter."""
    return Event(action, name, actor, station, at, before or {}, after)
