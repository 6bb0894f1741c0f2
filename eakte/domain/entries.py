"""What hangs on an Akte or a document in it: participants, notes, links, Wiedervorlagen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from eakte.domain.ids import new_uuid


class EntryKind(StrEnum):
    """The kinds of entries."""

    PARTY = "party"
    NOTE = "note"
    LINK = "link"
    WIEDERVORLAGE = "wiedervorlage"


@dataclass(frozen=True)
class Party:
    """A participant: somebody who has to do with the Akte or the document, and as what."""

    role: str
    name: str
    address: str = ""


@dataclass(frozen=True)
class Note:
    """A remark of a clerk."""

    text: str


@dataclass(frozen=True)
class Link:
    """A tie from the document that the entry hangs on to another one."""

    other: str
    relation: str = ""


@dataclass(frozen=True)
class Wiedervorlage:
    """A day (ISO 8601) on which somebody has to look at it again, and why."""

    due: str
    text: str
    person: str = ""


Content = Party | Note | Link | Wiedervorlage

KINDS: dict[type[Content], EntryKind] = {
    Party: EntryKind.PARTY,
    Note: EntryKind.NOTE,
    Link: EntryKind.LINK,
    Wiedervorlage: EntryKind.WIEDERVORLAGE,
}


@dataclass(frozen=True)
class Entry:
    """An entry with its version; `ended`: it was removed, or is done."""

    subject: str
    """The Aktenzeichen or the id of the document that it hangs on."""
    content: Content
    uuid: str = field(default_factory=new_uuid)
    ended: bool = False
    version: int = 1

    @property
    def kind(self) -> EntryKind:
        """Tell what it is."""
        return KINDS[type(self.content)]
