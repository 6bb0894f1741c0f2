"""The evidence records of BSI (ERVerifyTool, TR-ESOR C.2 testbed) in ../shared/corpus/evidence.

Their makers say of the good ones "indetermined": nothing was asked online. With the root as anchor,
and as of the minutes after their last time-stamp, they are VALID here; as of today nobody says that
the certificate was not revoked since.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import pem
from lxml import etree

from eakte.domain.verification import Verdict
from eakte.seal.evidence.stamps import _signed
from eakte.seal.evidence.syntax import UnreadableRecordError, read
from eakte.seal.evidence.verify import Case, check_record

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "evidence"
XAIP = "{http://www.bsi.bund.de/tr-esor/xaip}"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not there")
SOON = datetime(2022, 8, 18, 8, 12, 30, tzinfo=UTC)
THEN = datetime(2022, 8, 18, 9, 9, 30, tzinfo=UTC)
TODAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def judge(tmp_path):
    anchors = tmp_path / "anchors.pem"
    names = ("example", "erDataMSOS-001", "example_invalidTSPs", "ATS1_BIN_ER")
    roots = _roots(_bytes("xaip", "ER_OK_SHA256_DGN_XAIP_OK_SIG_OK.ers"))
    for name in names:
        roots |= _roots(_bytes("bin", f"{name}.ers.b64"))
    anchors.write_bytes(b"".join(pem.armor("CERTIFICATE", each) for each in sorted(roots)))

    def judged(record: bytes, *contents: bytes, at=THEN):
        file = tmp_path / "record.ers"
        file.write_bytes(record)
        objects = tuple(tmp_path / str(number) for number in range(len(contents)))
        for path, content in zip(objects, contents, strict=True):
            path.write_bytes(content)
        return check_record(Case(file, objects, (anchors,)), at)

    return judged


def _bytes(kind: str, name: str) -> bytes:
    data = (CORPUS / name if kind == "bin" else CORPUS / kind / name).read_bytes()
    return base64.b64decode(data) if name.endswith(".b64") else data


def _roots(record: bytes) -> set[bytes]:
    """The certificates in a record that vouch for themselves."""
    stamps = [each for chain in read(record).chains for each in chain]
    found = [choice.chosen.untag() for each in stamps for choice in _signed(each)["certificates"]]
    return {each.dump() for each in found if each.self_signed != "no"}


def _objects(xaip: str) -> list[bytes]:
    """What an XAIP protects: its data and metadata as decoded, its version manifest as C14N."""
    tree = etree.parse(CORPUS / "xaip" / xaip, etree.XMLParser(resolve_entities=False))
    found = tree.iter(f"{XAIP}binaryMetaData", f"{XAIP}binaryData")
    manifest = tree.find(f".//{XAIP}versionManifest")
    return [
        *(base64.b64decode(each.text) for each in found),
        etree.tostring(manifest, method="c14n", exclusive=True),
    ]


def _in_xml(path: Path) -> bytes:
    tree = etree.parse(path, etree.XMLParser(resolve_entities=False))
    return base64.b64decode(tree.find(f".//{XAIP}asn1EvidenceRecord").text)


def _failed(report):
    return [each.name for each in report.checks if each.passed is not True]


def test_a_good_record(judge):
    """example: over one object of its group, over the whole group, in three wrappings."""
    group = _objects("xaip_ok.xml")
    records = [
        _bytes("bin", "example.ers.b64"),
        _bytes("xaip", "xaip_ok.ers"),
        _bytes("xaip", "xaip_ok.ers.b64"),
        _in_xml(CORPUS / "example.er.xml"),
        _in_xml(CORPUS / "xaip" / "xaip_ok_ers.xml"),
    ]
    assert len(set(records)) == 1
    for contents in ([_bytes("bin", "example.tif.b64")], group):
        report = judge(records[0], *contents, at=SOON)
        assert (report.verdict, report.reason) == (Verdict.VALID, "")
    encoded = (CORPUS / "example.ers.b64").read_bytes()
    assert judge(encoded, *group, at=SOON).verdict is Verdict.VALID
    report = judge(records[0], *group, at=TODAY)
    assert (report.verdict, _failed(report)) == (Verdict.INDETERMINATE, ["Time-stamps"])
    assert "TRY_LATER" in report.reason


def test_a_record_that_was_renewed_both_ways(judge):
    """xaip_ok.rehashed: SHA-256, renewed; then SHA-512 over all four objects, read again."""
    record, group = _bytes("xaip", "xaip_ok.rehashed.ers.b64"), _objects("xaip_ok.xml")
    report = judge(record, *group)
    assert (report.verdict, report.reason) == (Verdict.VALID, "")
    assert [each.indication for each in report.timestamps] == ["PASSED"] * 3
    report = judge(record, *group, at=TODAY)
    assert (report.verdict, _failed(report)) == (Verdict.INDETERMINATE, ["Time-stamps"])
    assert "time-stamp 3: TRY_LATER" in report.reason


def test_a_changed_object_of_an_xaip(judge):
    group = _objects("xaip_ok_ers.xml")
    record = _bytes("xaip", "xaip_ok.ers")
    assert judge(record, *group[:-1], group[-1] + b" ").verdict is Verdict.INVALID


def test_records_with_a_wrong_hash(judge):
    """ER_NOK…, xaip_nok, and the one in the XAIP with a wrong hash in its tree: INVALID."""
    for record in (
        _bytes("xaip", "ER_NOK_SHA256_DGN_XAIP_OK.ers"),
        _bytes("xaip", "ER_NOK_SHA256_DGN_XAIP_OK_SIG_OK.ers"),
        _bytes("xaip", "xaip_nok.ers.b64"),
        _in_xml(CORPUS / "xaip" / "xaip_nok_ers_wrong_intermediate_hash.xml"),
    ):
        report = judge(record)
        assert report.verdict is Verdict.INVALID
        assert report.reason.startswith("Hash trees")


def test_good_records_that_say_nothing_about_revocation(judge):
    """ER_OK…: the XAIPs are not at hand, and the tokens carry no revocation data (TR-ESOR-ERS)."""
    for name in ("ER_OK_SHA256_DGN_XAIP_OK_SIG_OK.ers", "ER_OK_SHA384_DGN_XAIP_OK_SIG_OK.ers"):
        report = judge(_bytes("xaip", name))
        assert report.verdict is Verdict.INDETERMINATE
        assert _failed(report) == ["Objects", "Time-stamps"]


def test_a_record_with_equal_hashes_below_a_node(judge):
    """example_invalidTSPs: four time-stamps, equal hashes in the first, authorities long gone."""
    report = judge(_bytes("bin", "example_invalidTSPs.ers.b64"))
    assert report.verdict is Verdict.INDETERMINATE
    assert _failed(report) == ["Objects", "Time-stamps"]
    assert len(report.timestamps) == 4


def test_a_large_record(judge):
    """ATS1_BIN_ER: two thousand hashes; D-TRUST's certificate ended in 2022."""
    report = judge(_bytes("bin", "ATS1_BIN_ER.ers.b64"))
    assert report.verdict is Verdict.INDETERMINATE
    assert "Hash trees" not in _failed(report)


def test_a_record_without_its_object(judge):
    """erDataMSOS-001: its data were once read as UTF-8 and written again: they are other bytes."""
    data = _bytes("bin", "erDataMSOS-001.bin")
    assert "�" in data.decode()
    report = judge(_bytes("bin", "erDataMSOS-001.ers.b64"), data)
    assert report.verdict is Verdict.INVALID
    assert report.reason.startswith("Objects")


def test_a_token_of_a_wrong_version(judge):
    """example_wrong_cms_version: version 1, which no time-stamp can have (RFC 5652 §5.1)."""
    record = _bytes("bin", "example_wrong_cms_version.ers.b64")
    with pytest.raises(UnreadableRecordError, match="CMS version v1"):
        read(record)
    report = judge(record, _bytes("bin", "example.tif.b64"))
    assert report.verdict is Verdict.INDETERMINATE
    assert "FORMAT_FAILURE" in report.reason
