"""xdomea 3.1.0, by its XSDs (Baukasten, AbgabeDurchfuehren, AussonderungDurchfuehren)."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from eakte.domain.confidentiality import Confidentiality
from eakte.domain.handover import Edition, HandedFile, Handover
from eakte.handover.dialect import Dialect
from eakte.handover.markup import Content, Element, moment, plain


class Dialect31(Dialect):
    """The names and places of 3.1.0."""

    identifier = "ID"
    disposal = "ArchivspezifischeMetadaten"
    sender = "Absender"
    institution = "Institution"
    organisational_unit = "Organisationseinheit"

    def __init__(self) -> None:
        """Write 3.1.0."""
        super().__init__(Edition.V3_1)

    def root(self, handover: Handover, records: Sequence[Element]) -> Element:
        """Make the whole message: a Kopf, then the records."""
        message = handover.message
        return self.element(f"{message.term}.{message.value}", self._head(handover), *records)

    def _head(self, handover: Handover) -> Element:
        kind, means = handover.message.value, handover.message.term
        product, _, version = handover.product.partition(" ")
        return self.element(
            "Kopf",
            self.element("ProzessID", handover.process),
            self.code("Nachrichtentyp", kind, of="nachrichtentyp", version="2.0", means=means),
            self.element("Erstellungszeitpunkt", moment(handover.at)),
            self.office("Absender", handover.sender, handover.akte.office),
            self.office("Empfaenger", handover.recipient),
            self.element(
                "SendendesSystem",
                self.element("Produktname", product),
                self.told("Version", version),
            ),
            self.told("Hinweis", handover.remark),
            *self.confirmations(handover),
        )

    def context(self) -> Element | None:
        """Say nothing: 3.1.0 knows no context objects."""
        return None

    def confidentiality(self, level: Confidentiality) -> Element:
        """Give the Vertraulichkeitsstufe."""
        return self.grade("Vertraulichkeitsstufe", level)

    def role(self, role: str) -> Element | None:
        """Give the role as a code of no list: 3.1.0 leaves it open which one."""
        if not role:
            return None
        made = self.element("Rolle")
        etree.SubElement(made, "code").text = plain(role)
        return made

    def document(
        self, first: Sequence[Content], versions: Sequence[Content], last: Sequence[Content]
    ) -> Element:
        """Put the versions before links and contacts."""
        return self.element("Dokument", *first, *versions, *last)

    def format_code(self, file: HandedFile) -> Element:
        """Give the format by its code alone: 3.1.0 allows no name beside it."""
        return self.code("Name", file.format.value, of="dateiformat", version="2.0")

    def hashed(self, file: HandedFile) -> Element | None:
        """Give nothing: 3.1.0 has no place for it, so that it stands among the document's facts."""
        del file
        return None
