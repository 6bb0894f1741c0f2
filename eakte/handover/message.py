"""The message itself: the Akte with its Vorgänge and documents as XML (pure).

What each message demands is checked before, in `eakte.handover.demands`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from lxml import etree

from eakte.domain.confidentiality import Confidentiality
from eakte.domain.handover import (
    Edition,
    Format,
    HandedAkte,
    HandedDocument,
    HandedFile,
    HandedVorgang,
    Handover,
    Happened,
    Reference,
    Retention,
)
from eakte.handover import codes
from eakte.handover.dialect import Dialect
from eakte.handover.edition31 import Dialect31
from eakte.handover.edition40 import Dialect40
from eakte.handover.markup import Content, Element, moment, truth

_FACTS = "eakte"
"""Kennung of what stands in an AnwendungsspezifischeErweiterung: facts without another place."""


def message_xml(handover: Handover) -> bytes:
    """Write a message as UTF-8 XML; the same values give the same bytes."""
    dialect: Dialect = Dialect40() if handover.edition is Edition.V4_0 else Dialect31()
    akte = _Writer(dialect, handover).akte(handover.akte)
    root = dialect.root(handover, (dialect.element("Schriftgutobjekt", akte),))
    etree.indent(root)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


class _Writer:
    """Writes the records of one message in the dialect of its edition."""

    def __init__(self, dialect: Dialect, handover: Handover) -> None:
        self.to = dialect
        self.has_files = handover.message.has_files

    def akte(self, akte: HandedAkte) -> Element:
        to = self.to
        unit = to.element(
            "Aktenplaneinheit",
            to.element("Kennzeichen", akte.unit.key),
            to.told("Inhaltsangabe", akte.unit.title),
        )
        vorgaenge = [self.vorgang(each, akte) for each in akte.vorgaenge]
        return to.element(
            "Akte",
            to.element("Identifikation", to.element(to.identifier, akte.uuid)),
            to.context(),
            self._general(
                akte.subject, akte.name, akte.office, akte.confidentiality, akte.remark, unit
            ),
            self._retention(akte.retention),
            self._time("Laufzeit", akte.begins, akte.ends),
            *self._history(akte.history),
            to.group("Akteninhalt", *vorgaenge),
            *self._references(akte.references),
            *(to.contact("Kontakt", each) for each in akte.parties),
            to.element("ZdA", truth(value=akte.closed is not None)),
            to.day("ZdADatum", akte.closed),
        )

    def vorgang(self, vorgang: HandedVorgang, akte: HandedAkte) -> Element:
        to = self.to
        return to.element(
            "Vorgang",
            self._identified(vorgang.uuid, vorgang.number),
            to.context(),
            self._general(vorgang.subject, vorgang.name, akte.office, vorgang.confidentiality),
            self._retention(akte.retention),
            to.element("Aktenbetreff", akte.subject),
            to.element("ZdA", truth(value=vorgang.closed is not None)),
            to.day("ZdADatum", vorgang.closed),
            self._time("Laufzeit", vorgang.begins, vorgang.ends),
            *self._history(vorgang.history),
            *(self.document(each) for each in vorgang.documents),
        )

    def document(self, document: HandedDocument) -> Element:
        to, sender = self.to, document.sender
        first = (
            self._identified(document.uuid, document.number),
            self._general(
                document.subject, document.name, "", document.confidentiality, document.remark
            ),
            to.told("FremdesGeschaeftszeichen", document.foreign),
            to.day("Posteingangsdatum", document.received),
            to.day("DatumDesSchreibens", document.dated),
            to.told("Typ", document.kind),
            *self._history(document.history),
        )
        last = (
            *self._references(document.references),
            to.contact(to.sender, sender) if sender else None,
            *(to.contact("WeitererKontakt", each) for each in document.parties),
            self._facts(document),
        )
        return to.document(first, tuple(self._versions(document)), last)

    def _versions(self, document: HandedDocument) -> Iterator[Element]:
        """Give each file as a version of its own, the oldest first; an offer has none."""
        if not self.has_files:
            return
        for number, file in enumerate(document.versions, start=1):
            yield self.to.element(
                "Version", self.to.element("Nummer", str(number)), self._format(file)
            )

    def _format(self, file: HandedFile) -> Element:
        to = self.to
        primary = to.element(
            "Primaerdokument",
            to.element("Dateiname", file.name),
            to.told("DateinameOriginal", file.original),
            to.element("DatumUhrzeit", moment(file.made_at)) if file.made_at else None,
            self._signed(file),
            to.hashed(file),
        )
        other = file.other if file.format is Format.OTHER else ""
        return to.element(
            "Format",
            to.format_code(file),
            to.told("SonstigerName", other),
            to.element("Version", file.version),
            primary,
        )

    def _signed(self, file: HandedFile) -> Element | None:
        to = self.to
        if file.sealed:
            inside = to.element("SignaturSiegelEingebettet", truth(value=True))
            return to.element("SignaturSiegel", inside)
        beside = (to.element("SignaturSiegelDatei", each.name) for each in file.signatures)
        return to.group("SignaturSiegel", *beside)

    def _facts(self, document: HandedDocument) -> Element | None:
        """Give what has no place of its own; in 3.1.0 the digests of the files, too."""
        to, facts = self.to, list(document.facts)
        if self.has_files and to.edition is Edition.V3_1:
            facts += [(f"SHA-256 {file.name}", file.digest) for file in document.files()]
        fields = [
            to.element("Feld", to.element("Name", name), to.element("Wert", value))
            for name, value in facts
        ]
        if not fields:
            return None
        return to.element(
            "AnwendungsspezifischeErweiterung",
            to.element("Kennung", _FACTS),
            to.element("Name", "Angaben aus eakte"),
            *fields,
        )

    def _identified(self, uuid: str, number: int) -> Element:
        to = self.to
        place = to.element("NummerImUebergeordnetenContainer", str(number))
        return to.element("Identifikation", to.element(to.identifier, uuid), place)

    def _general(
        self,
        subject: str,
        name: str,
        office: str,
        level: Confidentiality,
        remark: str = "",
        unit: Content = None,
    ) -> Element:
        to = self.to
        return to.element(
            "AllgemeineMetadaten",
            to.element("Betreff", subject),
            to.told("Kennzeichen", name),
            to.told("Federfuehrung", office),
            to.confidentiality(level),
            to.told("Bemerkung", remark),
            to.code("Medium", codes.ELECTRONIC, of="medium", version="1.0"),
            unit,
        )

    def _retention(self, retention: Retention | None) -> Element | None:
        if retention is None:
            return None
        to, kept = self.to, self.to.element("AnzahlJahre", str(retention.years))
        disposal = retention.disposal.value
        code = to.code("Aussonderungsart", disposal, of="aussonderungsart", version="1.0")
        return to.element(
            to.disposal,
            to.element("Aufbewahrungsdauer", kept),
            to.element("Aussonderungsart", code),
            to.day("Aufbewahrungsende", retention.ends),
        )

    def _time(self, name: str, begins: date | None, ends: date | None) -> Element | None:
        return self.to.group(name, self.to.day("Beginn", begins), self.to.day("Ende", ends))

    def _history(self, history: Sequence[Happened]) -> Iterator[Element]:
        to = self.to
        for each in history:
            yield to.element(
                "HistorienProtokollInformation",
                to.told("MetadatumName", each.what),
                to.told("MetadatumAlterWert", each.before),
                to.told("MetadatumNeuerWert", each.after),
                to.element("Akteur", each.actor),
                to.element("DatumUhrzeit", moment(each.at)),
                to.element("Aktion", each.action),
            )

    def _references(self, references: Sequence[Reference]) -> Iterator[Element]:
        to = self.to
        for each in references:
            kind = codes.RECORD_KINDS[each.kind]
            yield to.element(
                "Verweis",
                to.told(to.identifier, each.uuid),
                to.code("SGOTyp", kind, of="schriftgutobjekttyp", version="1.0"),
                to.told("SGOKennzeichen", each.name),
                to.told("Bemerkung", each.remark),
            )
