"""Deliveries of EGVP, beA and beBPo: one cover sheet says what came, from whom, with what."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from eakte.deliveries.folder import describe_folder
from eakte.deliveries.unpack import unpack
from eakte.domain.findings import FindingCode
from eakte.domain.mail import EnclosureRole, MediaType
from tests.unit.deliveries.zips import written, zipped

XJUSTIZ = """<?xml version="1.0" encoding="UTF-8"?>
<tns:nachricht.gds.uebermittlungSchriftgutobjekte.0005005 xmlns:tns="http://www.xjustiz.de">
 <tns:nachrichtenkopf xjustizVersion="3.5.1">
  <tns:aktenzeichen.absender>12 K 345/26</tns:aktenzeichen.absender>
  <tns:aktenzeichen.empfaenger>32.1-112.05/2026-0417</tns:aktenzeichen.empfaenger>
  <tns:erstellungszeitpunkt>2026-10-05T08:30:00+02:00</tns:erstellungszeitpunkt>
  <tns:auswahl_absender><tns:absender.sonstige>Kanzlei Şahin &amp; Groß</tns:absender.sonstige>
  </tns:auswahl_absender>
  <tns:auswahl_empfaenger><tns:empfaenger.sonstige>Stadt Neuenfurt</tns:empfaenger.sonstige>
  </tns:auswahl_empfaenger>
  <tns:eigeneNachrichtenID>id-4711</tns:eigeneNachrichtenID>
 </tns:nachrichtenkopf>
 <tns:schriftgutobjekte><tns:dokument><tns:xjustiz.fachspezifischeDaten>
  <tns:anzeigename>Klageschrift</tns:anzeigename><tns:datei><tns:dateiname>Klage.pdf</tns:dateiname>
  </tns:datei></tns:xjustiz.fachspezifischeDaten></tns:dokument></tns:schriftgutobjekte>
</tns:nachricht.gds.uebermittlungSchriftgutobjekte.0005005>"""
VHN = """<?xml version="1.0"?><vhn:VHN xmlns:vhn="urn:example:vhn:2">
 <vhn:Absender><vhn:SafeID>DE.Justiz.1</vhn:SafeID><vhn:Name>Dr. Łukasz Groß</vhn:Name>
 </vhn:Absender>
 <vhn:Empfaenger><vhn:Name>Stadt Neuenfurt</vhn:Name></vhn:Empfaenger>
 <vhn:Versandzeitpunkt>2026-10-05T08:31:00Z</vhn:Versandzeitpunkt>
 <vhn:Betreff>Klage wegen Baugenehmigung</vhn:Betreff><vhn:Rolle>egvp_rechtsanwalt</vhn:Rolle>
</vhn:VHN>"""
SET = {
    "vhn.xml": VHN.encode(),
    "vhn.xml.p7s": b"\x30\x80",
    "xjustiz_nachricht.xml": XJUSTIZ.encode(),
    "Klage.pdf": b"%PDF-1.4 Klage",
    "Klage.pdf.p7s": b"\x30\x80sig",
    "4711_export.html": b"<html>",
}
SAID = (
    "Lieferung", "Kanzlei Şahin & Groß", "12 K 345/26", "32.1-112.05/2026-0417",
    "2026-10-05T08:30:00+02:00", "Klage wegen Baugenehmigung", "Dr. Łukasz Groß",
    "Klageschrift", "egvp_rechtsanwalt", "Signatur zu", "4711_export.html",
)  # fmt: skip


def shown(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    return text.replace("\r\n", " ").replace("\n", " ")


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("prefix", ["", "123456_beA/"])
def test_a_set_in_a_zip(tmp_path, out, prefix):
    entries = [(prefix + name, data) for name, data in SET.items()]
    unpacked = unpack(written(tmp_path, zipped(entries)), MediaType.ZIP, out)
    roles = {each.name.removeprefix(prefix): each.role.value for each in unpacked.files}
    assert roles == {
        "vhn.xml": "technical", "vhn.xml.p7s": "signature", "xjustiz_nachricht.xml": "technical",
        "Klage.pdf": "member", "Klage.pdf.p7s": "signature", "4711_export.html": "technical",
    }  # fmt: skip
    of = {each.name: each.of for each in unpacked.files if each.of}
    assert of[f"{prefix}Klage.pdf.p7s"] == f"{prefix}Klage.pdf"
    text = shown(out / unpacked.view)
    assert [each for each in SAID if each not in text] == []
    assert [each.code for each in unpacked.findings] == [FindingCode.RENDERED]


def test_a_set_in_a_folder_keeps_its_order_and_writes_only_the_view(tmp_path, out):
    members = []
    for number, (name, data) in enumerate(SET.items()):
        blob = tmp_path / f"blob{number}"
        blob.write_bytes(data)
        members.append((name, blob))
    described = describe_folder(tuple(members), out)
    assert [each.name for each in described.files] == list(SET)
    assert {each.file for each in described.files} == {""}
    assert described.files[3].role is EnclosureRole.MEMBER
    assert [path.name for path in out.iterdir()] == [described.view]
    text = shown(out / described.view)
    assert [each for each in SAID if each not in text] == []


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', FindingCode.DAMAGED),
        (XJUSTIZ.encode()[:300], FindingCode.TRUNCATED),
    ],
)
def test_a_covering_file_that_cannot_be_read_is_a_finding(tmp_path, out, xml, code):
    data = zipped([("xjustiz_nachricht.xml", xml), ("a.pdf", b"%PDF-1.4")])
    unpacked = unpack(written(tmp_path, data), MediaType.ZIP, out)
    found = {each.code: each.detail for each in unpacked.findings}
    assert found[code] == "xjustiz_nachricht.xml"
    assert "nicht lesbar" in shown(out / unpacked.view)
    assert [each.role.value for each in unpacked.files] == ["technical", "member"]
