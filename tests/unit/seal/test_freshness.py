"""Who may say that a certificate was not revoked, and as of when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from asn1crypto import ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp as answers

from eakte.seal import demo_pki
from eakte.seal.freshness import Statement, statements
from eakte.seal.keys import as_asn1
from eakte.seal.revocation import DemoRevocation, RevocationData
from eakte.seal.trust import load_certificates
from eakte.seal.trust_folder import TrustFolder
from tests.unit.seal.attacks import OldAnswers
from tests.unit.seal.making import CLOCK, NOW, YEAR, trust

SECOND = NOW.replace(microsecond=0)
LATER = SECOND + 3 * YEAR
"""SHA-224 has ended by then."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return TrustFolder(trust(tmp_path_factory.mktemp("pki")))


@pytest.fixture(scope="module")
def chain(folder):
    names = [folder.certificates / f"{name}.pem" for name in ("seal", "issuing")]
    return tuple(found for name in names for found in load_certificates(name))


def test_a_genuine_answer_counts_from_its_own_moment(folder, chain):
    said = statements(chain, DemoRevocation(folder, CLOCK).collect())
    assert said == (Statement(SECOND, until=SECOND + 10 * YEAR),)


def test_a_revocation_is_told_with_its_date(folder, chain):
    since = SECOND - timedelta(days=20)
    source = OldAnswers(folder.root, NOW, revoked=since)
    assert statements(chain, source.collect()) == (Statement(SECOND, since),)


def test_an_answer_of_strangers_of_the_same_names_counts_for_nothing(folder, chain, tmp_path):
    """Else a thief would add a fresh one of his own to the old one that he kept."""
    stranger = OldAnswers(trust(tmp_path), NOW, about=folder.root)
    assert statements(chain, stranger.collect()) == ()


def test_an_answer_that_the_holder_of_the_certificate_signed_counts_for_nothing(folder, chain):
    """The seal's own key is no responder, though the same authority issued it."""
    from eakte.seal.keys import Pkcs12SealKey

    thief = DemoRevocation(folder, CLOCK)
    thief._responder = Pkcs12SealKey.of(folder, "seal")
    assert statements(chain, thief.collect()) == ()


def test_a_list_of_the_issuer_counts_and_anothers_does_not(folder, chain):
    lists = RevocationData(DemoRevocation(folder, CLOCK).collect().lists, [])
    root = tuple(load_certificates(folder.anchors))
    assert statements(chain, lists) == ()
    issued_by_root = statements((chain[1], *root), lists)
    assert issued_by_root is not None
    assert [one.revoked for one in issued_by_root] == [None]


def _list(authority, entries=(), digest=hashes.SHA256, made=SECOND, *, partial=False):
    """A revocation list; a partial one is for CAs only, and indirect."""
    builder = x509.CertificateRevocationListBuilder(
        authority.certificate.subject, made, made + YEAR, revoked_certificates=list(entries)
    )
    if partial:
        part = x509.IssuingDistributionPoint(None, None, False, True, None, True, False)
        builder = builder.add_extension(part, critical=True)
    return builder.sign(authority.key, digest()).public_bytes(serialization.Encoding.DER)


def _entry(serial, *details):
    entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(SECOND)
    for detail in details:
        entry = entry.add_extension(detail, critical=True)
    return entry.build()


@pytest.fixture(scope="module")
def issued():
    """An authority with its key, and a chain of a certificate of it."""
    start = NOW - timedelta(days=1)
    wish = demo_pki._Wish("Root", 9 * YEAR, is_ca=True)
    root = demo_pki._issue(wish, "Stadt", start, None)
    end = demo_pki._issue(demo_pki._SERVICES["seal"], "Stadt", start, root)
    return root, (as_asn1(end.certificate), as_asn1(root.certificate))


def test_a_list_of_a_part_tells_of_revocations_only(issued):
    root, chain = issued
    serial = chain[0].serial_number

    def said(*entries):
        return statements(chain, RevocationData([_list(root, entries, partial=True)], []))

    revoked = (Statement(SECOND, SECOND, SECOND + YEAR),)
    other = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Other CA")])
    ours, others = (
        x509.CertificateIssuer([x509.DirectoryName(name)])
        for name in (root.certificate.subject, other)
    )
    given_back = _entry(serial, x509.CRLReason(x509.ReasonFlags.remove_from_crl))
    assert said(_entry(serial)) == said(_entry(serial, ours)) == revoked
    assert said(_entry(serial, others), _entry(serial, ours)) == revoked
    assert said() == said(_entry(serial + 1)) == said(_entry(serial, others)) == said(given_back)
    assert said() == ()


def _answer(responder, chain, digest=hashes.SHA256, made=SECOND, revoked=None):
    """An answer, signed by the authority or by whom it named."""
    about, by = (x509.load_der_x509_certificate(link.dump()) for link in chain)
    status = answers.OCSPCertStatus.REVOKED if revoked else answers.OCSPCertStatus.GOOD
    builder = (
        answers.OCSPResponseBuilder()
        .add_response(about, by, hashes.SHA256(), status, made, made + YEAR, revoked, None)
        .responder_id(answers.OCSPResponderEncoding.HASH, responder.certificate)
        .certificates([responder.certificate])
    )
    return builder.sign(responder.key, digest()).public_bytes(serialization.Encoding.DER)


def _short_key(chain):
    """An authority of the same name with an RSA key of 1024 bits, and its chain."""
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - weak on purpose
    wish = demo_pki._Wish("Root", 9 * YEAR, is_ca=True)
    made = demo_pki._certify(wish, "Stadt", NOW - timedelta(days=1), key, key.public_key())
    return demo_pki._Party(made, key), (chain[0], as_asn1(made))


def test_that_it_is_good_counts_only_with_algorithms_that_held(issued):
    """That it is revoked always counts: nobody gains by forging that."""
    for (authority, chain), digest, made, holds in (
        (issued, hashes.SHA256, LATER, True),
        (issued, hashes.SHA3_256, LATER, True),
        (issued, hashes.SHA224, SECOND, True),
        (issued, hashes.SHA224, LATER, False),
        (_short_key(issued[1]), hashes.SHA256, SECOND, False),
    ):
        entry = _entry(chain[0].serial_number)
        good = _list(authority, (), digest, made), _answer(authority, chain, digest, made)
        bad = _list(authority, [entry], digest, made), _answer(authority, chain, digest, made, made)
        for (listed, answered), count in ((good, 2 * holds), (bad, 2)):
            found = statements(chain, RevocationData([listed], [answered]))
            assert [one.made for one in found] == [made] * count, (digest, made)


def test_a_responder_whom_a_weak_signature_names_does_not_count(issued, monkeypatch):
    root, chain = issued
    monkeypatch.setattr(demo_pki, "hashes", SimpleNamespace(SHA256=hashes.SHA224))
    wish = replace(demo_pki._SERVICES["ocsp"], life=9 * YEAR)
    responder = demo_pki._issue(wish, "Stadt", NOW - timedelta(days=1), root)
    for made, count in ((SECOND, 1), (LATER, 0)):
        data = RevocationData([], [_answer(responder, chain, made=made)])
        assert len(statements(chain, data)) == count


def test_answers_about_others_refusals_and_no_answers(folder, chain):
    (other,) = load_certificates(folder.certificates / "ocsp.pem")
    data = DemoRevocation(folder, CLOCK).collect()
    assert statements((other, chain[1]), data) == ()
    refused = ocsp.OCSPResponse({"response_status": "unauthorized"}).dump()
    assert statements(chain, RevocationData([], [refused])) == ()


def test_nobody_revokes_an_anchor(chain):
    assert statements(chain[1:], RevocationData([], [])) is None
    assert statements((), RevocationData([], [])) is None
