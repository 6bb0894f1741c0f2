"""An Akte as it is handed over, out of the records as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from eakte.database import Connection
from eakte.domain.access import Scope
from eakte.domain.akten import Akte, Document, DocumentState, Vorgang
from eakte.domain.aktenplan import Unit
from eakte.domain.entries import Entry, Link, Note, Wiedervorlage
from eakte.domain.entries import Party as Participant
from eakte.domain.handover import (
    HandedAkte,
    HandedDocument,
    HandedVorgang,
    Party,
    Reference,
)
from eakte.domain.history import vorgang_key
from eakte.domain.letters import FieldName
from eakte.domain.moments import local_day
from eakte.domain.retention import retention_of
from eakte.handover.naming import document_uuid
from eakte.pipeline.definition import Definitions
from eakte.records import akten, aktenplan, documents, entries
from eakte.services.handed_files import files_of
from eakte.services.handed_history import Histories


def handed_akte(
    connection: Connection, aktenzeichen: str, definitions: Definitions, scope: Scope
) -> HandedAkte:
    """Give an Akte with all that is filed in it; raises NotFoundError.

    Other Akten, and documents in them, are named only so far as the scope sees them.
    """
    akte = akten.get(connection, aktenzeichen, scope)
    content = tuple(
        (vorgang, _filed(connection, vorgang))
        for vorgang in akten.vorgaenge(connection, aktenzeichen)
    )
    letters = tuple(letter for _vorgang, inside in content for letter in inside)
    subjects = [aktenzeichen, *(letter.id for letter in letters)]
    vorgaenge = tuple(each for each, _inside in content)
    known = _Known(
        connection,
        definitions,
        Histories(connection, aktenzeichen, vorgaenge, letters, scope),
        entries.of_subjects(connection, subjects, scope),
        {letter.id: letter for letter in letters},
    )
    plan = aktenplan.load(connection)
    unit = plan.effective(akte.unit)
    hung = known.on(aktenzeichen)
    return HandedAkte(
        uuid=akte.uuid,
        name=akte.aktenzeichen,
        subject=akte.title,
        office=akte.office,
        own_confidentiality=akte.confidentiality,
        unit=unit or Unit(akte.unit, "", ""),
        retention=retention_of(unit, akte.closed_at),
        closed=_day_of(akte.closed_at),
        begins=_day(akte.begins),
        ends=_day(akte.ends) or _day_of(akte.closed_at),
        vorgaenge=tuple(known.vorgang(akte, vorgang, inside) for vorgang, inside in content),
        history=known.histories.of(aktenzeichen),
        parties=_parties(hung),
        remark=_remark(hung),
    )


def _filed(connection: Connection, vorgang: Vorgang) -> tuple[Document, ...]:
    inside = documents.of_vorgang(connection, vorgang.id)
    return tuple(letter for letter in inside if letter.state is DocumentState.FILED)


@dataclass(frozen=True)
class _Known:
    """What is known of the records of one Akte."""

    connection: Connection
    definitions: Definitions
    histories: Histories
    entries: tuple[Entry, ...]
    letters: dict[str, Document]

    def on(self, name: str) -> tuple[Entry, ...]:
        """Give the entries that hang on an Akte or a document."""
        return tuple(entry for entry in self.entries if entry.subject == name)

    def vorgang(self, akte: Akte, vorgang: Vorgang, inside: tuple[Document, ...]) -> HandedVorgang:
        key = vorgang_key(vorgang)
        history = self.histories.of(key)
        letters = tuple(
            self.document(akte, letter, number) for number, letter in enumerate(inside, start=1)
        )
        return HandedVorgang(
            uuid=vorgang.uuid,
            number=vorgang.number,
            name=key,
            subject=vorgang.title,
            closed=_day_of(vorgang.closed_at),
            begins=_day_of(history[0].at) if history else None,
            ends=_day_of(vorgang.closed_at),
            documents=letters,
            history=history,
        )

    def document(self, akte: Akte, letter: Document, number: int) -> HandedDocument:
        uuid = _uuid(letter)
        definition = self.definitions.class_of(letter.classification.class_id)
        hung = self.on(letter.id)
        return HandedDocument(
            uuid=uuid,
            number=number,
            name=letter.id,
            subject=letter.subject,
            kind=definition.name if definition else "",
            confidentiality=max(
                akte.confidentiality, letter.confidentiality, key=lambda level: level.rank
            ),
            received=_day_of(letter.first_receipt),
            dated=_day(letter.letter_date),
            sender=_sender(letter),
            versions=files_of(self.connection, letter, uuid),
            foreign=_field(letter, FieldName.INVOICE_NUMBER),
            history=self.histories.of(letter.id),
            parties=_parties(hung),
            references=self._references(letter),
            remark=_remark(hung),
            facts=_facts(letter),
            level=letter.level_reached,
        )

    def _references(self, letter: Document) -> tuple[Reference, ...]:
        """Give its links to other documents, by whichever end they hang on it."""
        found = list[Reference]()
        for entry in self.entries:
            if not isinstance(entry.content, Link):
                continue
            ends = (entry.subject, entry.content.other)
            if letter.id in ends:
                other = ends[1] if ends[0] == letter.id else ends[0]
                found.append(self._reference(other, entry.content.relation))
        return tuple(found)

    def _reference(self, name: str, relation: str) -> Reference:
        inside = self.letters.get(name)
        if inside is not None:
            return Reference("Dokument", _uuid(inside), name, relation)
        if documents.is_document_id(name):
            return Reference("Dokument", "", name, relation)
        return Reference("Akte", "", name, relation)


def _uuid(letter: Document) -> str:
    return document_uuid(letter.scan, letter.part, letter.received_at)


def _sender(letter: Document) -> Party | None:
    if not letter.sender.strip():
        return None
    address = _field(letter, FieldName.SENDER_ADDRESS)
    lines = tuple(line.strip() for line in address.split(",") if line.strip())
    return Party(letter.sender, "Absender", lines)


def _field(letter: Document, name: FieldName) -> str:
    fields = letter.extraction.fields
    return next((each.value for each in fields if each.name is name and each.value), "")


def _parties(hung: Iterable[Entry]) -> tuple[Party, ...]:
    return tuple(
        Party(each.content.name, each.content.role, tuple(each.content.address.splitlines()))
        for each in hung
        if isinstance(each.content, Participant)
    )


def _remark(hung: Iterable[Entry]) -> str:
    """Give the notes, and the Wiedervorlagen that are still to come, a line each."""
    lines = list[str]()
    for each in hung:
        if isinstance(each.content, Note):
            lines.append(each.content.text)
        elif isinstance(each.content, Wiedervorlage):
            told = (each.content.text, each.content.person)
            lines.append(f"Wiedervorlage {each.content.due}: {', '.join(filter(None, told))}")
    return "\n".join(lines)


def _facts(letter: Document) -> tuple[tuple[str, str], ...]:
    """Give what the standard has no place for."""
    facts = [
        ("SHA-256 der empfangenen Datei", letter.scan),
        ("Prüfergebnis bei der Ablage", letter.verdict),
        ("Niveau des Siegels", letter.level_reached),
    ]
    if letter.transfervermerk is not None:
        facts.append(("Transfervermerk", "in den XMP-Metadaten der gesiegelten Datei"))
    return tuple((name, value) for name, value in facts if value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _day_of(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None
