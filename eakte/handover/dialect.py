"""What every edition of xdomea says alike, and what each of them says in its own way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from eakte.domain.confidentiality import Confidentiality
from eakte.domain.handover import HandedFile, Handover, Party
from eakte.handover import codes
from eakte.handover.markup import Content, Element, Markup, truth

_MOST_LINES = 6


class Dialect(Markup, ABC):
    """The names that differ, and the parts that differ in more than a name."""

    identifier: str
    disposal: str
    sender: str
    institution: str
    organisational_unit: str

    @abstractmethod
    def root(self, handover: Handover, records: Sequence[Element]) -> Element:
        """Make the whole message."""

    @abstractmethod
    def context(self) -> Element | None:
        """Say that a record is handed over itself, where an edition asks for it."""

    @abstractmethod
    def confidentiality(self, level: Confidentiality) -> Element:
        """Give the Vertraulichkeitsstufe."""

    @abstractmethod
    def role(self, role: str) -> Element | None:
        """Give the role of somebody who takes part."""

    @abstractmethod
    def document(
        self, first: Sequence[Content], versions: Sequence[Content], last: Sequence[Content]
    ) -> Element:
        """Put the parts of a document in their order: versions stand in the middle, or last."""

    @abstractmethod
    def format_code(self, file: HandedFile) -> Element:
        """Give the format of a file."""

    @abstractmethod
    def hashed(self, file: HandedFile) -> Element | None:
        """Give a file's digest, where the edition has a place for it."""

    def office(self, name: str, organisation: str, unit: str = "") -> Element:
        """Give an authority, with one of its offices, as a contact."""
        return self.element(
            name,
            self.element(self.institution, self.element("Name", organisation)),
            self.element(self.organisational_unit, self.element("Name", unit)) if unit else None,
        )

    def contact(self, name: str, party: Party) -> Element:
        """Give somebody of whom only the name is known: a person, a firm, an authority.

        It stands in an address without structure, which does not claim to know which of them.
        """
        lines = (party.name, *party.address)[:_MOST_LINES]
        told = (self.element(f"Zeile{place}", line) for place, line in enumerate(lines, start=1))
        block = self.element("UnstrukturierteAnschrift", *told)
        return self.element(name, self.role(party.role), block)

    def grade(self, name: str, level: Confidentiality) -> Element:
        """Give a level by its code."""
        code = codes.CONFIDENTIALITY[level]
        return self.code(name, code, of="vertraulichkeitsstufe", version="1.0")

    def confirmations(self, handover: Handover) -> Sequence[Content]:
        """Say which answers are wanted: the import is confirmed, the mere receipt is not."""
        imported = self.element("Importbestaetigung", truth(value=True))
        shelf = self.element("RueckmeldungArchivkennung", truth(value=True))
        message = handover.message
        return (
            imported if message.has_files else None,
            shelf if message.has_files and message.to_archive else None,
            self.element("Empfangsbestaetigung", truth(value=False)),
        )
