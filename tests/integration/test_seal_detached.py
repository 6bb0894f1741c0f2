"""Signatures of other programs and real ones: OpenSSL's, a German QES, 62 PDFs; and our sandbox."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, core, ocsp
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from eakte import sandbox
from eakte.domain.clock import FixedClock
from eakte.domain.verification import Verdict, VerificationReport
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.detached import check_detached, check_encapsulated
from eakte.seal.incoming import check_pdf, digest_signed, encapsulated
from eakte.seal.keys import Pkcs12SealKey
from eakte.seal.revocation import DemoRevocation
from eakte.seal.trust import load_certificates
from eakte.seal.trust_folder import TrustFolder
from tests.unit.seal.cms_making import CONTENT, NOW, Party, Wish, anchors, issue, sign, signature

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
QES = sorted((CORPUS / "qes").glob("*.p7s"))
PDFS = sorted((CORPUS / "signed").glob("*.pdf"))
LIMITS = sandbox.Limits(wall_seconds=60, cpu_seconds=50)
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here")


@pytest.mark.skipif(not QES, reason=f"no corpus at {CORPUS}")
@pytest.mark.parametrize("path", QES, ids=lambda path: path.suffixes[-2])
def test_a_real_qualified_signature_is_intact_but_expired(path, tmp_path):
    """The certificate ended in January 2024, and nothing proves that the signature is older."""
    content = path.with_suffix("")
    report = check_detached(content, path, tmp_path / "none", datetime(2026, 3, 2, tzinfo=UTC))
    (found,) = report.signatures
    assert (report.verdict, found.sub_indication) == (Verdict.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE")
    assert report.checks[0].passed is True
    assert found.signed_at is None
    assert "2022-" in report.checks[-1].detail
    assert digest_signed(path) == ("sha256", hashlib.sha256(content.read_bytes()).hexdigest())
    assert encapsulated(path, tmp_path / "out") == ""


@pytest.mark.skipif(not QES, reason=f"no corpus at {CORPUS}")
@pytest.mark.parametrize("path", QES, ids=lambda path: path.suffixes[-2])
def test_a_real_qualified_signature_in_its_time_lacks_only_its_chain(path, tmp_path):
    then = datetime(2023, 3, 2, tzinfo=UTC)
    report = check_detached(path.with_suffix(""), path, tmp_path, then)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.signatures[0].sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"


@pytest.mark.skipif(not QES, reason=f"no corpus at {CORPUS}")
@pytest.mark.parametrize("path", QES, ids=lambda path: path.suffixes[-2])
def test_one_changed_byte_of_a_real_file_is_proven(path, tmp_path):
    data = bytearray(path.with_suffix("").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "changed").write_bytes(data)
    report = check_detached(tmp_path / "changed", path, tmp_path, NOW)
    assert report.verdict is Verdict.INVALID
    assert report.signatures[0].sub_indication == "HASH_FAILURE"


@pytest.mark.skipif(not PDFS, reason=f"no corpus at {CORPUS}")
def test_signed_pdfs_get_an_answer_and_none_is_valid_without_an_anchor(tmp_path):
    reports = [check_pdf(path, tmp_path / "none", NOW) for path in PDFS]
    assert {report.verdict for report in reports} == {Verdict.INVALID, Verdict.INDETERMINATE}
    assert all(report.reason for report in reports)
    by_name = {path.stem: report for path, report in zip(PDFS, reports, strict=True)}
    assert len(by_name["dss__PAdES-LT"].signatures) == 3
    assert len(by_name["pyhanko__minimal-signed-twice-second-created"].signatures) == 2


def test_the_demo_infrastructure_vouches_by_ocsp(tmp_path):
    """Root, issuing CA, OCSP of a named responder, time-stamp: all of it from the signature."""
    folder = TrustFolder(tmp_path / "trust")
    create_demo_trust(folder.root, "Stadt Neuenfurt", FixedClock(NOW))
    seal, tsa = (_party(Pkcs12SealKey.of(folder, name)) for name in ("seal", "tsa"))
    issuing = folder.certificates / "issuing.pem"
    data = DemoRevocation(folder, FixedClock(NOW)).collect()
    info = sign(Wish(seal, stamp=(tsa, NOW - timedelta(hours=1))))
    parts = cms.ContentInfo.load(signature([info], [seal], data.lists))
    signed = parts["content"]
    signed["crls"].append(
        cms.RevocationInfoChoice(
            "other",
            cms.OtherRevocationInfoFormat(
                {
                    "other_rev_info_format": "1.3.6.1.5.5.7.16.2",
                    "other_rev_info": core.Any(ocsp.OCSPResponse.load(data.answers[0])),
                }
            ),
        )
    )
    signed["certificates"].append(
        cms.CertificateChoices("certificate", next(iter(load_certificates(issuing))))
    )
    signed["version"] = "v5"
    report = _check(tmp_path, parts.dump(), folder.root)
    assert (report.verdict, report.reason) == (Verdict.VALID, "")
    assert report.signatures[0].level == "CAdES-B-LT"
    assert len(report.signatures[0].chain) == 3
    assert report.signatures[0].qualification == "demo certificate, not qualified"
    assert _check(tmp_path, parts.dump(), tmp_path / "none").verdict is Verdict.INDETERMINATE


def _party(key: Pkcs12SealKey) -> Party:
    return Party(x509.load_der_x509_certificate(key.certificate.dump()), key.key)


def _check(folder: Path, data: bytes, trusted: Path) -> VerificationReport:
    (folder / "brief.pdf").write_bytes(CONTENT)
    (folder / "brief.pdf.p7s").write_bytes(data)
    return check_detached(folder / "brief.pdf", folder / "brief.pdf.p7s", trusted, NOW)


@pytest.fixture(scope="module")
def openssl(tmp_path_factory):
    """Sign with OpenSSL, which gives no signing-certificate attribute unless asked to (-cades)."""
    folder = tmp_path_factory.mktemp("openssl")
    authority = issue("Test CA")
    signer = issue("Erika Beispiel", authority)
    anchors(folder, authority)
    pem = signer.certificate.public_bytes(serialization.Encoding.PEM)
    pem += signer.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "signer.pem").write_bytes(pem)
    (folder / "content").write_bytes(CONTENT)

    def run(*options: str) -> Path:
        command = ["openssl", "cms", "-sign", "-signer", "signer.pem", "-in", "content"]
        subprocess.run(
            [*command, "-out", "signed", *options], cwd=folder, check=True, capture_output=True
        )
        return folder / "signed"

    return run


@needs_openssl
@pytest.mark.parametrize("form", [["DER"], ["DER", "-indef", "-stream"], ["PEM"]], ids=str)
def test_what_openssl_signed_fits(openssl, form):
    """All but evidence about revocation, which OpenSSL puts in no signature."""
    signed = openssl("-binary", "-cades", "-outform", *form)
    folder = signed.parent
    report = check_detached(folder / "content", signed, folder / "anchors", NOW)
    assert report.checks[0].passed is True
    assert report.signatures[0].sub_indication == "TRY_LATER"
    assert report.signatures[0].level == "CAdES-B-B"


@needs_openssl
@pytest.mark.parametrize("form", [["DER"], ["DER", "-indef", "-stream"], ["PEM"]], ids=str)
def test_what_openssl_wrapped_is_given_out(openssl, form, tmp_path):
    signed = openssl("-binary", "-nodetach", "-outform", *form)
    assert encapsulated(signed, tmp_path / "out") == "content"
    assert (tmp_path / "out").read_bytes() == CONTENT
    report = check_encapsulated(signed, signed.parent / "anchors", NOW)
    assert report.checks[0].passed is True
    assert report.verdict is Verdict.INDETERMINATE


def test_they_travel_through_the_sandbox(tmp_path):
    signer = issue("Erika Beispiel", issue("Test CA"))
    data = signature([sign(Wish(signer))], [signer])
    direct = _check(tmp_path, data, tmp_path / "none")
    paths = (tmp_path / "brief.pdf", tmp_path / "brief.pdf.p7s")
    assert sandbox.call(LIMITS, check_detached, *paths, tmp_path / "none", NOW) == direct
    assert sandbox.call(LIMITS, digest_signed, paths[1]) == digest_signed(paths[1])
    assert sandbox.call(LIMITS, encapsulated, paths[1], tmp_path / "out") == ""
