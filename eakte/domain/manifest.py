"""The manifest of an Akte (pure): all that is in it, named by hashes, in one canonical form.

A manifest is a JSON text of RFC 8785: names sorted, no spaces, whole numbers. It holds no text of
a letter and no name of a person: what titles and senders were, the commitments of the history say
to whom has that history. Its keys are those of `Manifest`, and `content` those of `Content`:

    format    "eakte-manifest-1"
    number    1 for the first manifest of an Akte, then one more each time
    previous  SHA-256 of the manifest before it, "" for the first
    made_at   microseconds since 1970-01-01 UTC
    log       size and root of the audit log that it was made from (RFC 9162 tree over its entries)
    content   the Akte: its versions, its Vorgänge in order, their documents in order, its entries

`versions` are those of a record, the oldest first, each as the audit log names it (`record`,
`history`). Every Vorgang, document and entry names its `parent`; a document its original scan,
which part and which pages of it, the sealed original with those that it replaced (`former`), and
its Transfervermerk: the SHA-256 of the JSON (UTF-8) that stands in the XMP of the sealed original.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eakte.domain.canonical import canonical
from eakte.domain.codec import from_json, to_json, to_plain
from eakte.domain.history import Change
from eakte.domain.ids import Digest, DocumentId, digest_of
from eakte.domain.transfervermerk import Transfervermerk

FORMAT = "eakte-manifest-1"


@dataclass(frozen=True)
class Version:
    """One version of a record: its name and its salted commitment in the audit log."""

    record: str
    """`<kind>:<key>:<version>`"""
    commitment: str


Versions = tuple[Version, ...]


@dataclass(frozen=True)
class ListedDocument:
    """A document, and the bytes that it is."""

    id: DocumentId
    parent: str
    """`<Aktenzeichen>#<number>` of its Vorgang."""
    scan: Digest
    """The file as received."""
    part: int
    """From 1: a scan may have been divided."""
    pages: tuple[int, ...]
    """Of the scan, from 1."""
    sealed: Digest
    former: tuple[Digest, ...]
    """Sealed originals before their renewals, the oldest first."""
    transfervermerk: str
    versions: Versions


@dataclass(frozen=True)
class ListedVorgang:
    """A Vorgang with its documents."""

    uuid: str
    number: int
    parent: str
    """Aktenzeichen."""
    versions: Versions
    documents: tuple[ListedDocument, ...]


@dataclass(frozen=True)
class ListedEntry:
    """A participant, note, link or Wiedervorlage, ended ones too."""

    uuid: str
    parent: str
    """Aktenzeichen, or the id of a document."""
    versions: Versions


@dataclass(frozen=True)
class Departed:
    """A record that was here and is elsewhere now, with what happened to it in this Akte."""

    record: str
    """`<kind>:<key>`"""
    versions: Versions


@dataclass(frozen=True)
class Content:
    """What is in an Akte."""

    akte: str
    uuid: str
    versions: Versions
    vorgaenge: tuple[ListedVorgang, ...]
    entries: tuple[ListedEntry, ...]
    departed: tuple[Departed, ...]

    def documents(self) -> Iterator[ListedDocument]:
        """Give every document in order."""
        for vorgang in self.vorgaenge:
            yield from vorgang.documents

    def commitments(self) -> dict[str, str]:
        """Give the commitment of every version of everything in it, by the name of the version."""
        inside = (self.vorgaenge, tuple(self.documents()), self.entries, self.departed)
        stories = [self.versions, *(each.versions for part in inside for each in part)]
        return {each.record: each.commitment for story in stories for each in story}


@dataclass(frozen=True)
class LogState:
    """How many events the audit log had, and its root."""

    size: int
    root: str


@dataclass(frozen=True)
class Manifest:
    """All that was in an Akte at one moment."""

    number: int
    previous: str
    made_at: int
    log: LogState
    content: Content
    format: str = FORMAT


def encode(manifest: Manifest) -> bytes:
    """Write a manifest in canonical form (RFC 8785)."""
    return canonical(to_plain(manifest)).encode()


def decode(data: bytes) -> Manifest:
    """Read a manifest; raises ValueError if it is none, or not in its canonical form."""
    manifest = from_json(Manifest, data)
    if manifest.format != FORMAT or encode(manifest) != data:
        raise ValueError("no manifest of this format in its canonical form")
    return manifest


def version_of(change: Change) -> Version:
    """Name a change as the audit log does."""
    return Version(change.name, change.commitment())


def digest_of_transfervermerk(made: Transfervermerk | None) -> str:
    """Give the SHA-256 of a Transfervermerk as JSON, "" if there is none."""
    return digest_of(to_json(made)) if made else ""
