"""The XML of every message: it fulfils the XSD, and tells what it was given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from lxml import etree

from eakte.domain.aktenplan import Disposal
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.handover import Edition, HandedAkte, Message, Retention
from eakte.handover.message import message_xml
from tests.tools.xdomea_schemas import faults, needs_schemas
from tests.unit.handover.making import (
    AKTE,
    LETTER,
    MAIL,
    MESSAGE,
    PROCESS,
    SEALED,
    SIGNATURE,
    VORGANG,
    akte,
    handover,
    letter,
    other_letter,
)

_KINDS = [
    (Message.ABGABE, Edition.V3_1),
    (Message.ANBIETEVERZEICHNIS, Edition.V3_1),
    (Message.AUSSONDERUNG, Edition.V3_1),
    (Message.ANBIETEVERZEICHNIS, Edition.V4_0),
    (Message.AUSSONDERUNG, Edition.V4_0),
]
every_kind = pytest.mark.parametrize(("message", "edition"), _KINDS)


def _bare() -> HandedAkte:
    """An Akte of which next to nothing is known."""
    full = akte()
    document = other_letter(number=1, subject="")
    vorgang = replace(
        full.vorgaenge[0], history=(), closed=None, begins=None, ends=None, documents=(document,)
    )
    return replace(
        full, history=(), parties=(), references=(), remark="", begins=None, ends=None,
        vorgaenge=(vorgang,), retention=Retention(0, Disposal.DESTROY),
    )  # fmt: skip


@needs_schemas
@every_kind
def test_a_message_with_everything_fulfils_the_schema(message, edition):
    assert faults(message, edition, message_xml(handover(message, edition))) == []


@needs_schemas
@every_kind
def test_a_message_with_next_to_nothing_fulfils_the_schema(message, edition):
    poor = handover(message, edition, akte=_bare(), remark="")
    assert faults(message, edition, message_xml(poor)) == []


@needs_schemas
def test_an_akte_without_content_or_retention_can_be_given_away():
    empty = akte(vorgaenge=(), retention=None, closed=None)
    given = handover(Message.ABGABE, Edition.V3_1, akte=empty)
    assert faults(given.message, given.edition, message_xml(given)) == []


def _texts(root, *path):
    found = root.xpath("//" + "/".join(f"*[local-name()='{name}']" for name in path))
    return [each.text for each in found]


@every_kind
def test_names_and_places_are_those_of_the_edition(message, edition):
    root = etree.fromstring(message_xml(handover(message, edition)))
    assert root.tag == (
        f"{{urn:xoev-de:xdomea:schema:{edition.value}}}{message.term}.{message.value}"
    )
    assert root.prefix == "xdomea"
    assert _texts(root, "ProzessID") == [PROCESS]
    identifier = "ID" if edition is Edition.V3_1 else "xdomeaUUID"
    assert _texts(root, "Identifikation", identifier)[:3] == [AKTE, VORGANG, LETTER]
    assert _texts(root, "Empfangsbestaetigung") == ["0"]
    archive = ["1"] if message is Message.AUSSONDERUNG else []
    assert _texts(root, "RueckmeldungArchivkennung") == archive
    newer = edition is Edition.V4_0
    assert _texts(root, "nachrichtenUUID") == ([MESSAGE] if newer else [])
    assert _texts(root, "Kontextobjekt") == (["0", "0"] if newer else [])
    disposal = "Aussonderungsmetadaten" if newer else "ArchivspezifischeMetadaten"
    assert _texts(root, disposal, "Aufbewahrungsdauer", "AnzahlJahre") == ["10", "10"]
    assert _texts(root, disposal, "Aussonderungsart", "Aussonderungsart", "code") == ["B", "B"]
    assert _texts(root, disposal, "Aufbewahrungsende") == ["2036-12-31", "2036-12-31"]


@every_kind
def test_files_travel_with_every_message_but_an_offer(message, edition):
    root = etree.fromstring(message_xml(handover(message, edition)))
    if message is Message.ANBIETEVERZEICHNIS:
        assert _texts(root, "Primaerdokument") == []
        assert _texts(root, "Dokument", "Version") == []
        return
    assert _texts(root, "Dokument", "Version", "Nummer") == ["1", "2", "1"]
    assert _texts(root, "Dateiname")[:2] == [MAIL, SEALED]
    assert _texts(root, "Format", "Name", "code") == ["006", "044", "100"]
    assert _texts(root, "SonstigerName") == ["application/zip"]
    assert _texts(root, "SignaturSiegelDatei") == [SIGNATURE]
    assert _texts(root, "SignaturSiegelEingebettet") == ["1"]
    digests = [file.digest for file in (*letter().files(), *other_letter().files())]
    if edition is Edition.V4_0:
        assert _texts(root, "Hash", "Wert") == [digests[0], digests[2], digests[3]]
        assert set(_texts(root, "Hash", "Algorithmus", "code")) == {"SHA-256"}
    else:
        fields = _texts(root, "Feld", "Wert")
        assert [each for each in fields if each in digests] == digests


@every_kind
def test_an_akte_is_as_confidential_as_the_most_confidential_document_in_it(message, edition):
    inside = (letter(confidentiality=Confidentiality.GEHEIM), other_letter())
    root = etree.fromstring(message_xml(handover(message, edition, akte=akte(inside))))
    name = "Vertraulichkeitsstufe" if edition is Edition.V3_1 else "Geheimhaltungsgrad"
    assert _texts(root, name, "code") == ["001", "001", "001", "003"]


def test_history_and_closing_are_told():
    root = etree.fromstring(message_xml(handover(Message.ABGABE, Edition.V3_1)))
    history = "HistorienProtokollInformation"
    assert _texts(root, "Akte", history, "Aktion") == ["geschlossen"]
    assert _texts(root, "Dokument", history, "MetadatumName") == ["Betreff"]
    assert _texts(root, "Dokument", history, "MetadatumAlterWert") == ["alt"]
    assert _texts(root, "Dokument", history, "MetadatumNeuerWert") == ["neu"]
    assert _texts(root, "Dokument", history, "DatumUhrzeit") == ["2026-10-05T08:30:15.123Z"]
    assert _texts(root, "Akte", "ZdADatum") == ["2026-09-01"]
    still_open = etree.fromstring(
        message_xml(handover(Message.ABGABE, Edition.V3_1, akte=akte(closed=None)))
    )
    assert _texts(still_open, "Akte", "ZdA") == ["0"]


@needs_schemas
@every_kind
def test_what_xml_cannot_hold_is_replaced(message, edition):
    odd = akte((letter(subject="a\x00b\x0b\ud800c\ufffe", foreign="\x01"),))
    odd = replace(odd, references=())
    xml = message_xml(handover(message, edition, akte=odd))
    assert faults(message, edition, xml) == []
    assert "a\ufffdb\ufffd\ufffdc\ufffd" in xml.decode()


def test_the_same_values_give_the_same_bytes():
    first, second = (handover(Message.ABGABE, Edition.V3_1) for _ in range(2))
    assert message_xml(first) == message_xml(second)
    later = handover(Message.ABGABE, Edition.V3_1, akte=akte(begins=date(2026, 1, 3)))
    assert message_xml(later) != message_xml(first)
