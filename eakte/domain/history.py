"""The history of records (pure): every version of what is in an Akte, and its replay.

Values of a record are texts by name (`State`); a change holds those that it changed, before and
after. The audit log holds a salted hash of each change, no value: once a row and its salt are
deleted, nobody can guess names from the log, and the log still proves the other rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from eakte.domain.akten import Akte, Document, Vorgang
from eakte.domain.codec import to_plain
from eakte.domain.entries import Entry
from eakte.domain.events import Action
from eakte.domain.moments import to_micros

State = Mapping[str, str]


class RecordKind(StrEnum):
    """What has a history."""

    AKTE = "akte"
    VORGANG = "vorgang"
    DOCUMENT = "document"
    ENTRY = "entry"


@dataclass(frozen=True)
class Change:
    """One version of a record: who made it, when, and what it changed."""

    kind: RecordKind
    key: str
    """Aktenzeichen; `<Aktenzeichen>#<number>` of a Vorgang; id of a document; UUID of an entry."""
    version: int
    """The version that the record had from then on."""
    akte: str
    at: datetime
    actor: str
    action: Action
    before: State
    after: State
    left_akte: str = ""
    """The Akte that it was moved out of."""
    salt: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """Name this version in the audit log."""
        return f"{self.kind.value}:{self.key}:{self.version}"

    def commitment(self) -> str:
        """Give the salted SHA-256 that the audit log holds of this change."""
        plain = [
            self.salt, self.kind.value, self.key, self.version, self.akte, self.left_akte,
            to_micros(self.at), self.actor, self.action.value, dict(self.before), dict(self.after),
        ]  # fmt: skip
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def vorgang_key(vorgang: Vorgang) -> str:
    """Name a Vorgang in the history."""
    return f"{vorgang.aktenzeichen}#{vorgang.number}"


def state_of_akte(akte: Akte) -> dict[str, str]:
    """Give what the history keeps of an Akte."""
    return {
        "title": akte.title,
        "office": akte.office,
        "unit": akte.unit,
        "confidentiality": akte.confidentiality.value,
        "begins": akte.begins,
        "ends": akte.ends,
        "opened": akte.opened_at.isoformat(),
        "closed": _moment(akte.closed_at),
        "uuid": akte.uuid,
    }


def state_of_vorgang(vorgang: Vorgang) -> dict[str, str]:
    """Give what the history keeps of a Vorgang."""
    return {
        "title": vorgang.title,
        "closed": _moment(vorgang.closed_at),
        "uuid": vorgang.uuid,
    }


def state_of_document(document: Document, vorgang: Vorgang) -> dict[str, str]:
    """Give what the history keeps of a document filed in that Vorgang."""
    return {
        "vorgang": vorgang_key(vorgang),
        "subject": document.subject,
        "sender": document.sender,
        "date": document.letter_date,
        "class": document.classification.class_id or "",
        "confidentiality": document.confidentiality.value,
    }


def state_of_entry(entry: Entry) -> dict[str, str]:
    """Give what the history keeps of an entry."""
    content = {name: str(value) for name, value in to_plain(entry.content).items()}
    ended = "yes" if entry.ended else ""
    return {"kind": entry.kind.value, "subject": entry.subject, **content, "ended": ended}


def difference(old: State, new: State) -> tuple[dict[str, str], dict[str, str]]:
    """Give the values that differ, before and after."""
    names = [name for name in new if old.get(name, "") != new[name]]
    return {name: old.get(name, "") for name in names}, {name: new[name] for name in names}


def replay(changes: Sequence[Change]) -> State | None:
    """Give the values after all changes of one record; None if they do not follow each other."""
    state, version = dict[str, str](), 0
    for change in changes:
        told = {name: state.get(name, "") for name in change.after}
        if told != dict(change.before) or not _follows(change, version):
            return None
        state.update(change.after)
        version = change.version
    return state


def _follows(change: Change, version: int) -> bool:
    """Documents have versions of other kinds between: of their deadline, their renewed seals."""
    if change.kind is RecordKind.DOCUMENT:
        return change.version > version
    return change.version == version + 1


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
