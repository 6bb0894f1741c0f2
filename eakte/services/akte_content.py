"""What is in an Akte now: the values of its records, their versions, and the bytes they name."""

from __future__ import annotations

from collections.abc import Iterator

from eakte.database import Connection
from eakte.domain.akten import Document, DocumentState, Vorgang
from eakte.domain.history import (
    Change,
    RecordKind,
    State,
    state_of_akte,
    state_of_document,
    state_of_entry,
    state_of_vorgang,
    vorgang_key,
)
from eakte.domain.ids import Digest
from eakte.domain.manifest import (
    Content,
    Departed,
    ListedDocument,
    ListedEntry,
    ListedVorgang,
    Versions,
    digest_of_transfervermerk,
    version_of,
)
from eakte.records import akten, documents, entries, former_seals, history

Key = tuple[str, str]
"""Kind and key of a record."""


def present(connection: Connection, aktenzeichen: str) -> Iterator[tuple[Key, State]]:
    """Give the records that are in an Akte now, with their values."""
    akte = akten.get(connection, aktenzeichen)
    yield (RecordKind.AKTE.value, aktenzeichen), state_of_akte(akte)
    vorgaenge = {each.id: each for each in akten.vorgaenge(connection, aktenzeichen)}
    for vorgang in vorgaenge.values():
        yield (RecordKind.VORGANG.value, vorgang_key(vorgang)), state_of_vorgang(vorgang)
    letters = documents.of_akte(connection, aktenzeichen)
    for letter in letters:
        if letter.vorgang_id in vorgaenge:
            state = state_of_document(letter, vorgaenge[letter.vorgang_id])
            yield (RecordKind.DOCUMENT.value, letter.id), state
    for entry in entries.all_of_subjects(
        connection, [aktenzeichen, *(each.id for each in letters)]
    ):
        yield (RecordKind.ENTRY.value, entry.uuid), state_of_entry(entry)


def content(connection: Connection, aktenzeichen: str) -> Content:
    """Give what a manifest of an Akte lists; raises NotFoundError."""
    akte = akten.get(connection, aktenzeichen)
    found = akten.vorgaenge(connection, aktenzeichen)
    vorgaenge = tuple(_vorgang(connection, each) for each in found)
    letters = [each.id for vorgang in vorgaenge for each in vorgang.documents]
    hung = entries.all_of_subjects(connection, [aktenzeichen, *letters])
    listed = {each.uuid: _entry(connection, each.uuid, each.subject) for each in hung}
    here = {RecordKind.DOCUMENT: set(map(str, letters)), RecordKind.ENTRY: set(listed)}
    return Content(
        akte=aktenzeichen,
        uuid=akte.uuid,
        versions=_versions(connection, RecordKind.AKTE, aktenzeichen),
        vorgaenge=vorgaenge,
        entries=tuple(each for _uuid, each in sorted(listed.items())),
        departed=tuple(_departed(connection, aktenzeichen, here)),
    )


def _vorgang(connection: Connection, vorgang: Vorgang) -> ListedVorgang:
    inside = documents.of_vorgang(connection, vorgang.id)
    key = vorgang_key(vorgang)
    return ListedVorgang(
        uuid=vorgang.uuid,
        number=vorgang.number,
        parent=vorgang.aktenzeichen,
        versions=_versions(connection, RecordKind.VORGANG, key),
        documents=tuple(
            _document(connection, each, key)
            for each in inside
            if each.state is DocumentState.FILED and each.aktenzeichen == vorgang.aktenzeichen
        ),
    )


def _document(connection: Connection, letter: Document, parent: str) -> ListedDocument:
    return ListedDocument(
        id=letter.id,
        parent=parent,
        scan=letter.scan,
        part=letter.part,
        pages=letter.pages,
        sealed=letter.sealed or Digest(""),
        former=tuple(each.sealed for each in former_seals.of_document(connection, letter.id)),
        transfervermerk=digest_of_transfervermerk(letter.transfervermerk),
        versions=_versions(connection, RecordKind.DOCUMENT, letter.id),
    )


def _entry(connection: Connection, uuid: str, subject: str) -> ListedEntry:
    return ListedEntry(uuid, subject, _versions(connection, RecordKind.ENTRY, uuid))


def _departed(
    connection: Connection, aktenzeichen: str, here: dict[RecordKind, set[str]]
) -> Iterator[Departed]:
    """Give what was moved out, with its versions up to the last one that this Akte has."""
    last = dict[tuple[RecordKind, str], int]()
    for change in history.of_akte(connection, aktenzeichen):
        if change.kind in here and change.key not in here[change.kind]:
            last[change.kind, change.key] = change.version
    for (kind, key), newest in sorted(last.items()):
        story = history.of_record(connection, kind, key)
        told = (each for each in story if each.version <= newest)
        yield Departed(f"{kind.value}:{key}", tuple(map(version_of, told)))


def _versions(connection: Connection, kind: RecordKind, key: str) -> Versions:
    story: tuple[Change, ...] = history.of_record(connection, kind, key)
    return tuple(map(version_of, story))
