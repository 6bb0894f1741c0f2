"""Reports on verifications: each format says the same, and nothing in a file can break one."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pikepdf
import pikepdf.pdfa
import pytest
from lxml import etree

from eakte.domain.codec import from_json
from eakte.domain.qualification import Rank
from eakte.errors import UnusableInputError
from eakte.seal.verify import verify
from eakte.services import evidence_checks, evidence_trees, verification_reports, verifying
from eakte.services.etsi_report import etsi_report
from eakte.services.verifying import Verified, verify_file
from tests.integration.evidence_home import new_desk, stamper
from tests.integration.manifest_home import ONE, file_letters, open_akten
from tests.unit.seal.attacks import new_content, update
from tests.unit.seal.cms_making import CONTENT, Wish, anchors, crl, issue, sign, signature
from tests.unit.seal.making import NOW, pdfa, sealed, trust

XSD = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "xaip" / "TS119102-2-v122.xsd"
VR = {"vr": "http://uri.etsi.org/19102/v1.2.1#"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return trust(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def original(folder):
    return sealed(folder)


def _verified(tmp_path, folder, data, name="akte.pdf"):
    path = tmp_path / name
    path.write_bytes(data)
    return Verified(name, "Antrag", verify(path, folder, NOW))


@pytest.fixture
def good_one(tmp_path, folder, original):
    return _verified(tmp_path, folder, original)


@pytest.fixture
def bad_one(tmp_path, folder, original):
    return _verified(tmp_path, folder, update(original, new_content))


def test_no_time_is_proven_for_what_no_time_stamp_is_about(tmp_path, folder, original, good_one):
    def told(verified):
        out = tmp_path / "report.txt"
        verification_reports.write([verified], out)
        return " ".join(out.read_text("utf-8").split())

    claim = "no time-stamp proves that it existed"
    assert claim not in told(good_one)
    changed = original.replace(b"%PDF-1.5", b"%PDF-1.4", 1)
    assert changed != original
    broken = _verified(tmp_path, folder, changed)
    assert broken.report.verdict.value == "INVALID"
    assert claim in told(broken)


def test_each_format_is_written_for_its_owner_only(tmp_path, good_one):
    for kind in ("txt", "pdf", "xml", "json"):
        out = tmp_path / f"report.{kind}"
        assert verification_reports.is_known(out)
        verification_reports.write([good_one], out)
        assert out.stat().st_size > 1000
        assert out.stat().st_mode & 0o777 == 0o600
    assert not verification_reports.is_known(tmp_path / "report.docx")
    found = from_json(tuple[Verified, ...], (tmp_path / "report.json").read_text())
    assert found == (good_one,)


def test_the_page_is_a_pdfa_that_tells_verdict_and_steps(tmp_path, bad_one):
    out = tmp_path / "report.pdf"
    verification_reports.write([bad_one], out)
    with pikepdf.open(out) as pdf, pdf.open_metadata() as xmp:
        assert xmp["pdfaid:part"] == "2"
    text = verification_reports.as_text([bad_one])
    for words in ("INVALID", "changed after eakte-Siegel", "§ 5.2.7", "§ 5.6.2.3", "PAdES-B-LTA"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 140


def test_a_place_that_cannot_be_written_is_told(tmp_path, good_one):
    with pytest.raises(UnusableInputError):
        verification_reports.write([good_one], tmp_path / "nowhere" / "report.txt")


def _status(xml):
    tree = etree.fromstring(xml)
    found = tree.find("vr:SignatureValidationReport/vr:SignatureValidationStatus", VR)
    return [child.text.rpartition(":")[2] for child in found if child.text.startswith("urn")]


def test_in_a_changed_file_no_signature_is_total_passed_for_who_reads_the_xml_only(bad_one):
    assert bad_one.report.signatures[0].indication == "TOTAL-PASSED"
    assert _status(etsi_report([bad_one])) == ["total-failed", "FORMAT_FAILURE"]


@pytest.mark.skipif(not XSD.is_file(), reason=f"no schema at {XSD}")
def test_the_xml_conforms_to_ts_119_102_2(tmp_path, folder, good_one, bad_one):
    schema = etree.XMLSchema(etree.parse(XSD))
    none = _verified(tmp_path, folder, pdfa())
    junk = _verified(tmp_path, folder, b"%PDF-1.7 \x00 %%EOF")
    signature = replace(good_one.report.signatures[0], field="\x01 <&> \ud800")
    odd = replace(good_one, report=replace(good_one.report, signatures=(signature,)))
    cases = {"total-passed": [good_one, bad_one, none], "indeterminate": [none, junk]}
    for wanted, verified in cases.items():
        xml = etsi_report(verified)
        schema.assertValid(etree.fromstring(xml))
        assert _status(xml)[0] == wanted
    schema.assertValid(etree.fromstring(etsi_report([odd])))


@pytest.fixture(scope="module")
def proven(tmp_path_factory):
    """What is found of an Akte, and of the evidence records of its manifest and its letters."""
    desk = new_desk(tmp_path_factory.mktemp("proven") / "home")
    open_akten(desk, ONE)
    first, _second = file_letters(desk, ONE, b"Bescheid 1", b"Bescheid 2")
    evidence_trees.create(desk, stamper(desk))
    path = desk.store.path(first.sealed)
    path.chmod(0o600)
    path.write_bytes(b"Bescheid 9")
    akte = verifying.verify_akte(desk, ONE, desk.home.trust)[0]
    found = evidence_checks.verify(desk, stamper(desk), (ONE,))
    desk.engine.dispose()
    wrong = {first.id: "total-failed"}
    return [(each, wrong.get(each.name, "total-passed")) for each in (akte, *found)]


@pytest.mark.skipif(not XSD.is_file(), reason=f"no schema at {XSD}")
def test_reports_on_akten_and_evidence_records_conform_too(proven):
    schema = etree.XMLSchema(etree.parse(XSD))
    for each, wanted in proven:
        xml = etree.fromstring(etsi_report([each]))
        schema.assertValid(xml)
        assert _status(etree.tostring(xml))[0] == wanted
        stamps = xml.findall(".//vr:ArchiveTimeStamp", VR)
        objects = {one.get("id") for one in xml.iter("{*}ValidationObject")}
        assert len(stamps) == len(each.report.timestamps)
        assert {one.find("vr:AttributeObject", VR).get("VOReference") for one in stamps} <= objects
    assert sum(len(each.report.timestamps) for each, _wanted in proven) == 3
    schema.assertValid(etree.fromstring(etsi_report([each for each, _wanted in proven])))


def test_page_and_xml_tell_what_it_is_worth_and_on_what_that_rests(good_one):
    report = good_one.report
    worth = {"qualification": Rank.QUALIFIED_SEAL, "basis": "list XX 7 <of> 2026"}
    signature = replace(report.signatures[0], **worth)
    listed = replace(good_one, report=replace(report, signatures=(signature,)))
    text = verification_reports.as_text([listed])
    assert "qualified seal: list XX 7 <of> 2026" in text
    assert "demo certificate, not qualified" in text  # of the time-stamps
    tree = etree.fromstring(etsi_report([listed]))
    ranks = [found.text for found in tree.iterfind(".//vr:SignatureQualityInformation", VR)]
    assert [rank.rpartition(":")[2] for rank in ranks] == ["qualified-seal", "demo", "demo"]
    assert tree.findtext(".//vr:ReportData/vr:Value", namespaces=VR) == worth["basis"]
    if XSD.is_file():
        etree.XMLSchema(etree.parse(XSD)).assertValid(tree)


class TestWithoutAHome:
    """An auditor's machine: a file, and what to trust."""

    def test_a_detached_signature_and_anchors_from_several_places(self, tmp_path, folder):
        authority = issue("Root")
        signer = issue("Frau Muster", authority)
        content, apart = tmp_path / "brief.txt", tmp_path / "brief.txt.p7s"
        content.write_bytes(CONTENT)
        apart.write_bytes(signature([sign(Wish(signer))], [signer], [crl(authority)]))
        (tmp_path / "brief.p7m").write_bytes(
            signature([sign(Wish(signer))], [signer], [crl(authority)], content=CONTENT)
        )
        both = (folder, anchors(tmp_path, authority))
        found = verify_file(content, both, NOW, apart)
        assert found.report.verdict.value == "VALID", found.report.reason
        assert verify_file(tmp_path / "brief.p7m", both, NOW).report.verdict.value == "VALID"
        assert verify_file(content, (folder,), NOW, apart).report.verdict.value != "VALID"

    def test_whatever_breaks_down_is_indeterminate_with_its_cause(
        self, tmp_path, folder, monkeypatch
    ):
        class Expired(threading.Timer):
            """Fires before anything can answer."""

            def start(self):
                self.function(*self.args)
                self.finished.set()
                super().start()

        monkeypatch.setattr("eakte.sandbox.threading.Timer", Expired)
        path = tmp_path / "x.pdf"
        path.write_bytes(pdfa())
        report = verify_file(path, (folder,), NOW).report
        assert report.verdict.value == "INDETERMINATE"
        assert "FORMAT_FAILURE" in report.reason
        assert "no result after" in report.reason
        assert report.size == len(pdfa())
