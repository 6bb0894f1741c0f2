"""What a certificate says of itself, and what is odd about it (EN 319 412-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier
from pyhanko.sign.ades.qualified_asn1 import QcStatements

from eakte.domain.levels import Lack, Level, Reach
from eakte.domain.seal_keys import Purpose, QcClaims
from eakte.seal.demo_pki import DEMO_MARK
from eakte.seal.key_facts import claims_of, facts_of, reach_of
from eakte.seal.keys import Pkcs12SealKey, as_asn1
from eakte.seal.trust import load_certificates
from eakte.seal.trust_folder import TrustFolder
from tests.unit.seal.making import NOW, YEAR, trust

_PDS = {"url": "https://pki.example/pds_en.pdf", "language": "en"}
_SEAL: dict[str, Any] = {
    "qc_compliance": None,
    "qc_sscd": None,
    "qc_type": ["qct_eseal"],
    "qc_pki_disclosure_statements": [_PDS],
}


@dataclass(frozen=True)
class _Held:
    """A key of which only the certificate matters."""

    certificate: asn1_x509.Certificate
    reference: str = "pkcs11:token=eakte"
    chain: tuple[asn1_x509.Certificate, ...] = ()

    def signer(self) -> Any:
        raise AssertionError


def _certificate(
    statements: dict[str, Any] | bytes | None = None,
    organisation: str = "Stadt Neuenfurt",
    key: Any = None,
    life: timedelta = YEAR,
) -> asn1_x509.Certificate:
    held = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Issuing CA")]))
        .public_key(held.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + life)
    )
    if statements is not None:
        encoded = statements if isinstance(statements, bytes) else _encoded(statements)
        oid = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, encoded), critical=False)
    return as_asn1(builder.sign(held, hashes.SHA256()))


def _encoded(statements: dict[str, Any]) -> bytes:
    items = [
        {"statement_id": name} | ({} if info is None else {"statement_info": info})
        for name, info in statements.items()
    ]
    encoded: bytes = QcStatements(items).dump()
    return encoded


def _warnings(certificate: asn1_x509.Certificate, at: datetime = NOW) -> str:
    return "; ".join(facts_of("pkcs11", _Held(certificate), (), at).warnings)


def test_a_qualified_seal_certificate_is_recognised() -> None:
    expected = QcClaims(
        compliance=True, device=True, purpose=Purpose.SEAL, disclosure=(_PDS["url"],)
    )
    assert claims_of(_certificate(_SEAL)) == expected
    assert expected.qualified_in_eu
    assert "qualified" not in _warnings(_certificate(_SEAL))


def test_what_falls_short_of_a_qualified_seal_is_told() -> None:
    signature = _SEAL | {"qc_type": ["qct_esign"]}
    assert "signatures of a natural person" in _warnings(_certificate(signature))
    assert "for websites" in _warnings(_certificate(_SEAL | {"qc_type": ["qct_web"]}))
    soft = {key: value for key, value in _SEAL.items() if key != "qc_sscd"}
    assert "no QcSSCD" in _warnings(_certificate(soft))
    swiss = _certificate(_SEAL | {"qc_cc_legislation": ["CH"]})
    assert not claims_of(swiss).qualified_in_eu
    for plain in (swiss, _certificate(), _certificate(b"\x30\x03\x02\x01")):
        assert "does not say that it is qualified" in _warnings(plain)
    both = _certificate(_SEAL | {"qc_type": ["qct_eseal", "qct_esign"]})
    assert claims_of(both).purpose is Purpose.NOT_STATED


def test_a_demo_certificate_is_never_called_qualified() -> None:
    demo = _certificate(_SEAL, organisation=f"Stadt {DEMO_MARK}")
    found = facts_of("pkcs12", _Held(demo), (), NOW)
    assert found.demo
    assert found.claims == QcClaims()
    assert found.warnings[0] == "demo certificate, not qualified"


def test_its_life_is_told_before_it_ends() -> None:
    certificate = _certificate(_SEAL)
    told = {
        NOW: "",
        NOW - timedelta(days=2): "not valid before 2026-03-01",
        NOW + YEAR - timedelta(days=89): "it expires in 88 days, on 2027-03-02",
        NOW + YEAR + timedelta(days=1): "it expired on 2027-03-02",
    }
    for moment, words in told.items():
        assert words in _warnings(certificate, moment)
        assert ("expire" in _warnings(certificate, moment)) == ("expire" in words)


def test_short_rsa_keys_are_told() -> None:
    for bits, short in ((2048, True), (3072, False)):
        key = rsa.generate_private_key(65537, bits)
        found = facts_of("pkcs11", _Held(_certificate(_SEAL, key=key)), (), NOW)
        assert found.algorithm == f"RSA {bits}"
        assert any("too short" in each for each in found.warnings) is short


def test_the_chain_is_told_up_to_an_anchor(tmp_path: Path) -> None:
    folder = TrustFolder(trust(tmp_path))
    key = Pkcs12SealKey.of(folder, "seal")
    anchors = list(load_certificates(folder.anchors))
    found = facts_of("pkcs12", key, anchors, NOW)
    assert found.complete
    assert [each.subject.partition(",")[0] for each in found.chain] == [
        "CN=DEMO Issuing CA",
        "CN=DEMO Root CA",
    ]
    other = facts_of("pkcs12", key, (), NOW)
    assert not other.complete
    assert "its chain does not lead to a trust anchor of this home" in other.warnings


def test_no_seal_is_qualified_by_its_own_word() -> None:
    """A trusted list must confirm it, seal and time-stamp each; a demo's is never qualified."""
    qualified, plain = _certificate(_SEAL), _certificate()
    assert reach_of(qualified) == Reach(Level.ADVANCED, (Lack.LISTED, Lack.TIME))
    assert reach_of(qualified, listed=True) == Reach(Level.QUALIFIED, (Lack.TIME,))
    assert reach_of(qualified, listed=True, listed_time=True).level is (Level.QUALIFIED_WITH_TIME)
    soft = _certificate({"qc_compliance": None})
    assert reach_of(soft, listed=True, listed_time=True) == Reach(Level.ADVANCED, (Lack.DEVICE,))
    assert Lack.QUALIFIED in reach_of(plain, listed=True).lacks
    demo = _certificate(_SEAL, organisation=f"Stadt {DEMO_MARK}")
    assert reach_of(demo, listed=True, listed_time=True).level is Level.DEMO
