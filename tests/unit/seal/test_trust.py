from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY

from eakte.domain.verification import Verdict
from eakte.errors import ConfigurationError
from eakte.seal import demo_pki
from eakte.seal.trust import (
    STRICT_POLICY,
    TrustAnchors,
    _EachOnce,
    load_certificates,
    validation_spec,
)
from eakte.seal.verify import verify
from tests.unit.seal.making import NOW, sealed, trust


def test_only_the_root_is_trusted_of_a_whole_trust_folder(tmp_path):
    anchors = TrustAnchors.load(trust(tmp_path))
    assert "DEMO Root CA" in anchors.describe()
    assert len(anchors.certificates) == 1


def test_a_pem_file_and_a_folder_of_them_do_as_well(tmp_path):
    folder = trust(tmp_path)
    sources = (folder, folder / "anchors", folder / "anchors" / "root.pem")
    found = {TrustAnchors.load(source).certificates[0].dump() for source in sources}
    assert len(found) == 1


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\x00" * 64])
def test_without_an_anchor_nothing_can_be_verified(tmp_path, content):
    path = tmp_path / "anchor.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError):
        TrustAnchors.load(path)


def test_an_empty_folder_holds_no_anchor(tmp_path):
    with pytest.raises(ConfigurationError):
        TrustAnchors.load(tmp_path)


def test_the_strict_policy_lacks_exactly_the_two_rules_about_metadata():
    strict = [type(rule) for rule in STRICT_POLICY.global_rules]
    assert len(DEFAULT_DIFF_POLICY.global_rules) - len(strict) == 2
    wrapped = {type(getattr(rule, "rule", rule)).__name__ for rule in STRICT_POLICY.global_rules}
    assert not wrapped & {"DocInfoRule", "MetadataUpdateRule"}


def test_a_verification_that_tried_to_ask_the_network_would_break(tmp_path):
    spec = validation_spec(TrustAnchors.load(trust(tmp_path)))
    backend = spec.revinfo_gathering_policy.fetcher_backend
    assert backend is not None
    with pytest.raises(AssertionError):
        backend.get_fetchers()


def _pretending(monkeypatch, real):
    """Let a PKI to be made name the key of a real root where its own should stand."""
    original = demo_pki._extensions
    known = x509.SubjectKeyIdentifier.from_public_key(real.public_key())

    def extensions(wish, key, issuer):
        for value, critical in original(wish, key, issuer):
            if isinstance(value, x509.SubjectKeyIdentifier) and wish.name == "DEMO Root CA":
                yield known, critical
            elif isinstance(value, x509.AuthorityKeyIdentifier) and wish.is_ca:
                yield x509.AuthorityKeyIdentifier(known.digest, None, None), critical
            else:
                yield value, critical

    monkeypatch.setattr(demo_pki, "_extensions", extensions)


def test_a_chain_that_only_says_it_leads_to_an_anchor_does_not(tmp_path, monkeypatch):
    """All names and key identifiers are those of the anchor; its signature is another's."""
    real = trust(tmp_path)
    root = x509.load_pem_x509_certificate((real / "anchors" / "root.pem").read_bytes())
    _pretending(monkeypatch, root)
    (tmp_path / "false").mkdir()
    false = trust(tmp_path / "false")
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed(false))
    assert verify(file, false, NOW).verdict is Verdict.VALID, "else it proves nothing"
    report = verify(file, real, NOW)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.signatures[0].indication == "INDETERMINATE"
    assert report.signatures[0].chain == ()
    assert not any(stamp.valid for stamp in report.timestamps)


def test_a_signature_that_is_wrong_is_computed_again_and_refused_again(tmp_path):
    folder = trust(tmp_path)
    names = [folder / "certificates" / f"{name}.pem" for name in ("seal", "issuing", "tsa")]
    seal, issuing, other = (next(iter(load_certificates(name))) for name in names)
    validator = _EachOnce()
    parts = seal["signature_value"].native, seal["tbs_certificate"].dump()

    def check(signature, data, holder):
        validator.validate_signature(
            signature, data, holder.public_key, seal["signature_algorithm"]
        )

    for _again in range(2):
        check(*parts, issuing)
        for wrong in (
            (parts[0], parts[1] + b" ", issuing),
            (parts[0], parts[1], other),
            (parts[0][:-1] + bytes([parts[0][-1] ^ 1]), parts[1], issuing),
        ):
            with pytest.raises(InvalidSignature):
                check(*wrong)
