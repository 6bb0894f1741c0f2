"""xdomea 4.0.0, by its XSDs (Baukasten, AussonderungDurchfuehren)."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from eakte.domain.confidentiality import Confidentiality
from eakte.domain.handover import Edition, HandedFile, Handover
from eakte.handover import codes
from eakte.handover.dialect import Dialect
from eakte.handover.markup import Content, Element, moment, truth

_MAKER = "eakte-Projekt"


class Dialect40(Dialect):
    """The names and places of 4.0.0."""

    identifier = "xdomeaUUID"
    disposal = "Aussonderungsmetadaten"
    sender = "Autor"
    institution = "NameInstitution"
    organisational_unit = "NameOrganisationseinheit"

    def __init__(self) -> None:
        """Write 4.0.0."""
        super().__init__(Edition.V4_0)

    def root(self, handover: Handover, records: Sequence[Element]) -> Element:
        """Make the whole message; it is the only one of its kind in the process."""
        message = handover.message
        made = self.element(
            f"{message.term}.{message.value}",
            self._head(handover),
            *self.confirmations(handover),
            self.element("LfdNrNachrichtProTyp", "1"),
            self.element("GesamtanzahlNachrichtenProTyp", "1"),
            *records,
        )
        product, _, version = handover.product.partition(" ")
        made.set("produkt", product)
        made.set("produkthersteller", _MAKER)
        made.set("produktversion", version)
        made.set("standard", "xdomea")
        made.set("version", self.edition.value)
        return made

    def _head(self, handover: Handover) -> Element:
        return self.element(
            "nachrichtenkopf",
            self._identified(handover),
            self.office("leser", handover.recipient),
            self.office("autor", handover.sender, handover.akte.office),
            self.element("ProzessID", handover.process),
            self.told("Hinweis", handover.remark),
        )

    def _identified(self, handover: Handover) -> Element:
        """Name the message; what is in this element is in no namespace."""
        kind, means = handover.message.value, handover.message.term
        made = self.element("identifikation.nachricht")
        etree.SubElement(made, "nachrichtenUUID").text = handover.uuid
        code = self.code("nachrichtentyp", kind, of="nachrichtentyp", version="3.0", means=means)
        code.tag = "nachrichtentyp"
        made.append(code)
        etree.SubElement(made, "erstellungszeitpunkt").text = moment(handover.at)
        return made

    def context(self) -> Element | None:
        """Say that the record is handed over itself, not for information only."""
        return self.element("Kontextobjekt", truth(value=False))

    def confidentiality(self, level: Confidentiality) -> Element:
        """Give the Geheimhaltungsgrad; of the lists for it, eakte names xdomea's own of 3.x."""
        return self.element("Geheimhaltung", self.grade("Geheimhaltungsgrad", level))

    def role(self, role: str) -> Element | None:
        """Give the role in words."""
        return self.told("Rolle", role)

    def document(
        self, first: Sequence[Content], versions: Sequence[Content], last: Sequence[Content]
    ) -> Element:
        """Put the versions last, and a shell around all: it could have pieces of its own."""
        inner = self.element("Dokument", *first, *last, *versions)
        return self.element("DokumentOderDokumentMitSchriftstueck", inner)

    def format_code(self, file: HandedFile) -> Element:
        """Give the format by code and name."""
        means = codes.FORMATS[file.format]
        return self.code("Name", file.format.value, of="dateiformat", version="2.0", means=means)

    def hashed(self, file: HandedFile) -> Element | None:
        """Give the digest and its algorithm."""
        code, means = codes.SHA_256
        algorithm = self.code(
            "Algorithmus", code, of=codes.ALGORITHMS, version="1.0.0", means=means
        )
        return self.element("Hash", self.element("Wert", file.digest), algorithm)
