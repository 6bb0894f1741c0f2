"""Whether the evidence about revocation is young enough to speak of the seal at all.

Who steals a key keeps an old answer "good" with it. So only an answer or list counts that was made
when the seal existed already, or later; and it counts only with a valid signature of the issuer,
or of a responder the issuer named: pyHanko asks for those too, but may have used another answer.

A list that speaks of a part of the certificates only (RFC 5280 §5.2.5) tells of revocations; that a
certificate is not in it says nothing. Likewise with an algorithm that was not believed when it was
made (eakte.seal.algorithms): anybody could have forged that a certificate is good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from eakte.seal.algorithms import Used, weaknesses
from eakte.seal.revocation import RevocationData

_WITH_ISSUER = 2  # a chain of this length has one
_GIVEN_BACK = x509.ReasonFlags.remove_from_crl


@dataclass(frozen=True)
class Statement:
    """What an issuer says about one certificate: as of when, and since when it is revoked."""

    made: datetime
    revoked: datetime | None = None
    until: datetime | None = None
    """When another one was to follow."""

    def in_force(self, at: datetime) -> bool:
        """Say whether it spoke of a moment, or was made later."""
        return self.made >= at or (self.until is not None and self.until >= at)


def statements(
    chain: tuple[asn1_x509.Certificate, ...], evidence: RevocationData
) -> tuple[Statement, ...] | None:
    """Give all genuine statements about the first certificate of a chain; None for an anchor."""
    if len(chain) < _WITH_ISSUER:
        return None
    subject, issuer = (x509.load_der_x509_certificate(link.dump()) for link in chain[:2])
    found = [one for item in evidence.answers for one in _answers(item, subject, issuer)]
    found += [one for item in evidence.lists for one in _lists(item, subject, issuer)]
    return tuple(found)


def about(chain: Sequence[asn1_x509.Certificate], evidence: RevocationData) -> RevocationData:
    """Give what tells anything of a certificate in a chain; services answer for others, too."""

    def tells(each: RevocationData) -> bool:
        return any(statements(tuple(chain[start:]), each) for start in range(len(chain)))

    return RevocationData(
        [each for each in evidence.lists if tells(RevocationData([each], []))],
        [each for each in evidence.answers if tells(RevocationData([], [each]))],
    )


def issuer_statements(
    chain: tuple[asn1_x509.Certificate, ...], evidence: RevocationData
) -> tuple[tuple[Statement, ...], ...]:
    """Give the same about each CA in a chain, but its anchor."""
    return tuple(statements(chain[n:], evidence) or () for n in range(1, len(chain) - 1))


def _answers(
    encoded: bytes, subject: x509.Certificate, issuer: x509.Certificate
) -> Iterator[Statement]:
    response = ocsp.load_der_ocsp_response(encoded)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return
    for one in response.responses:
        made = one.this_update_utc
        signer = _signer(response, issuer, made)
        if signer is None or not _is_about(one, subject, issuer):
            continue
        if one.certificate_status is ocsp.OCSPCertStatus.REVOKED:
            yield Statement(made, one.revocation_time_utc)
        elif one.certificate_status is ocsp.OCSPCertStatus.GOOD:
            named = _holds(issuer, signer.signature_hash_algorithm, made) or signer == issuer
            if named and _holds(signer, response.signature_hash_algorithm, made):
                yield Statement(made, until=one.next_update_utc)


def _is_about(
    one: ocsp.OCSPSingleResponse, subject: x509.Certificate, issuer: x509.Certificate
) -> bool:
    wanted = ocsp.OCSPRequestBuilder().add_certificate(subject, issuer, one.hash_algorithm).build()
    return (
        one.serial_number == subject.serial_number
        and one.issuer_key_hash == wanted.issuer_key_hash
        and one.issuer_name_hash == wanted.issuer_name_hash
    )


def _signer(
    response: ocsp.OCSPResponse, issuer: x509.Certificate, made: datetime
) -> x509.Certificate | None:
    """Give who signed an answer, of those who may; None: nobody of them."""
    known = _responders(response.certificates, issuer, made)
    return next((one for one in known if _signed_by(response, one)), None)


def _holds(signer: x509.Certificate, digest: hashes.HashAlgorithm | None, made: datetime) -> bool:
    """Say whether digest and key of a signature were believed when it was made."""
    key = signer.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        used = Used("rsa", str(key.key_size))
    elif isinstance(key, ec.EllipticCurvePublicKey):
        used = Used("curves", key.curve.name.lower())
    else:
        return False
    name = digest.name.replace("-", "_") if digest is not None else ""
    return not weaknesses([used, Used("digests", name)], made, proven=True)


def _responders(
    certificates: Iterable[x509.Certificate], issuer: x509.Certificate, made: datetime
) -> Iterator[x509.Certificate]:
    """Give who may answer: the issuer, and whom it certified for that (RFC 6960 §4.2.2.2)."""
    yield issuer
    for certificate in certificates:
        try:
            certificate.verify_directly_issued_by(issuer)
            usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
            continue
        in_force = certificate.not_valid_before_utc <= made <= certificate.not_valid_after_utc
        if in_force and ExtendedKeyUsageOID.OCSP_SIGNING in usage:
            yield certificate


def _signed_by(response: ocsp.OCSPResponse, responder: x509.Certificate) -> bool:
    key, digest = responder.public_key(), response.signature_hash_algorithm
    signature, data = response.signature, response.tbs_response_bytes
    if digest is None:
        return False
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), digest)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _lists(
    encoded: bytes, subject: x509.Certificate, issuer: x509.Certificate
) -> Iterator[Statement]:
    revoked = x509.load_der_x509_crl(encoded)
    key = issuer.public_key()
    if revoked.issuer != issuer.subject or not isinstance(
        key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey
    ):
        return
    if not revoked.is_signature_valid(key):
        return
    if any(extension.critical for extension in revoked.extensions):  # a part, or for several
        found = (one for one in revoked if one.serial_number == subject.serial_number)
        entry = next((one for one in found if _is_revoked(one, issuer)), None)
        if entry is None:
            return
    else:
        entry = revoked.get_revoked_certificate_by_serial_number(subject.serial_number)
    made, until = revoked.last_update_utc, revoked.next_update_utc
    if entry is not None:
        yield Statement(made, entry.revocation_date_utc, until)
    elif _holds(issuer, revoked.signature_hash_algorithm, made):
        yield Statement(made, until=until)


def _is_revoked(entry: x509.RevokedCertificate, issuer: x509.Certificate) -> bool:
    """Say whether an entry of a partial list takes back a certificate of this issuer.

    A list for several issuers names them, a delta list gives some back (RFC 5280 §5.3).
    """
    for extension in entry.extensions:
        value = extension.value
        if isinstance(value, x509.CertificateIssuer):
            if x509.DirectoryName(issuer.subject) not in list(value):
                return False
        elif isinstance(value, x509.CRLReason) and value.reason is _GIVEN_BACK:
            return False
    return True
