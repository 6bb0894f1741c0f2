from __future__ import annotations

import stat
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from eakte.errors import ConfigurationError, HomeExistsError
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.keys import Pkcs12SealKey
from eakte.seal.trust_folder import TrustFolder
from tests.unit.seal.making import CLOCK, NOW, trust

_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")


@pytest.fixture(scope="module")
def layout(tmp_path_factory):
    return TrustFolder(trust(tmp_path_factory.mktemp("pki")))


def _certificate(layout, name):
    return x509.load_pem_x509_certificate((layout.certificates / f"{name}.pem").read_bytes())


def test_only_the_owner_can_read_anything(layout):
    for path in [layout.root, *layout.root.rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_every_name_says_demo_and_not_qualified_and_no_certificate_claims_more(layout):
    found = [*layout.anchors.glob("*.pem"), *layout.certificates.glob("*.pem")]
    assert {path.stem for path in found} == {"root", "issuing", "seal", "tsa", "ocsp"}
    for path in found:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        (organisation,) = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        assert organisation.value == "Stadt Neuenfurt (DEMO, not qualified)"
        assert name.value.startswith("DEMO ")
        with pytest.raises(x509.ExtensionNotFound):
            certificate.extensions.get_extension_for_oid(_QC_STATEMENTS)


def test_seal_and_time_stamp_keys_are_for_nothing_else(layout):
    usage = _certificate(layout, "seal").extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    purpose = _certificate(layout, "tsa").extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert purpose.critical
    assert list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def test_the_keys_of_the_authorities_are_gone(layout):
    assert {path.stem for path in (layout.root / "keys").iterdir()} == {"seal", "tsa", "ocsp"}


def test_each_key_has_a_pin_of_its_own_and_opens_with_no_other(layout):
    pins = {layout.pin(name).read_text().strip() for name in ("seal", "tsa", "ocsp")}
    assert len(pins) == 3
    assert all(len(pin) >= 32 for pin in pins)
    assert Pkcs12SealKey.of(layout, "seal").signer().signing_cert is not None
    with pytest.raises(ConfigurationError):
        Pkcs12SealKey(layout.key("seal"), "1234")
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_key_and_certificates(layout.key("seal").read_bytes(), None)


def test_it_lasts_for_years_so_that_a_demo_home_can_be_used_for_weeks(layout):
    for name, years in (("seal", 2), ("tsa", 9), ("ocsp", 9)):
        assert _certificate(layout, name).not_valid_after_utc > NOW + timedelta(days=365 * years)
    crl = x509.load_der_x509_crl((layout.crls / "root.crl").read_bytes())
    assert crl.next_update_utc is not None
    assert crl.next_update_utc > NOW + timedelta(days=365 * 9)


def test_it_never_overwrites_and_leaves_nothing_half_done_behind(tmp_path):
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(HomeExistsError):
        create_demo_trust(folder, "Stadt", CLOCK)
    assert (folder / "mine.txt").read_text() == "keep"
    assert [path.name for path in tmp_path.iterdir()] == ["trust"]


def test_a_long_name_is_shortened_and_still_says_demo(tmp_path):
    create_demo_trust(tmp_path / "trust", "Verwaltungsgemeinschaft " * 9, CLOCK)
    root = x509.load_pem_x509_certificate((tmp_path / "trust/anchors/root.pem").read_bytes())
    (name,) = root.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert len(name.value) <= 64
    assert name.value.endswith("(DEMO, not qualified)")
