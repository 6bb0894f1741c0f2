"""Evidence that stands beside a sealed file: seals at B-B and B-T carry none of their own.

It is kept with the report that accepted the seal. Nobody has to be believed for it: each answer,
list and certificate is signed, and counts only if that signature leads to an anchor.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.x509 import ocsp
from pyhanko.sign.validation.policy_decl import LocalKnowledge

from eakte.domain.verification import OutsideEvidence, OutsideKind
from eakte.seal.ades import knowledge
from eakte.seal.revocation import RevocationData


def told(
    certificates: Iterable[asn1_x509.Certificate], data: RevocationData
) -> tuple[OutsideEvidence, ...]:
    """Describe certificates, answers and lists for a report; raises ValueError for broken ones."""
    links = [OutsideEvidence(OutsideKind.CERTIFICATE, None, _text(one)) for one in certificates]
    return tuple(dict.fromkeys([*links, *map(_answer, data.answers), *map(_list, data.lists)]))


def known(evidence: Iterable[OutsideEvidence]) -> LocalKnowledge:
    """Give evidence as pyHanko wants it; raises ValueError for what is broken."""
    found = {kind: list[bytes]() for kind in OutsideKind}
    for one in evidence:
        found[one.kind].append(b64decode(one.data))
    certificates = map(asn1_x509.Certificate.load, found[OutsideKind.CERTIFICATE])
    return knowledge(certificates, found[OutsideKind.LIST], found[OutsideKind.ANSWER])


def _answer(encoded: bytes) -> OutsideEvidence:
    response = ocsp.load_der_ocsp_response(encoded)
    said = max(one.this_update_utc for one in response.responses)
    return OutsideEvidence(OutsideKind.ANSWER, said, b64encode(encoded).decode())


def _list(encoded: bytes) -> OutsideEvidence:
    said = x509.load_der_x509_crl(encoded).last_update_utc
    return OutsideEvidence(OutsideKind.LIST, said, b64encode(encoded).decode())


def _text(certificate: asn1_x509.Certificate) -> str:
    return b64encode(certificate.dump()).decode()
