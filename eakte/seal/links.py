"""Certificate chains for what is embedded in a seal: the links that belong to it, no others."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from asn1crypto import x509
from cryptography import x509 as crypto
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.registry import SimpleCertificateStore

_LONGEST = 10


def chain_of(
    certificate: x509.Certificate, known: Iterable[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Give the issuers of a certificate among those known, from the nearest on."""
    candidates = list(known)
    chain: list[x509.Certificate] = []
    link = certificate
    while not link.self_issued and len(chain) < _LONGEST:
        issuer = next((each for each in candidates if _issued(each, link)), None)
        if issuer is None:
            break
        chain.append(issuer)
        link = issuer
    return tuple(chain)


def are_linked(chain: Iterable[x509.Certificate]) -> bool:
    """Tell whether each certificate of a chain was signed with the key of the next one.

    pyHanko names the chain that it tried, also where a signature in it is another's.
    """
    try:
        for subject, issuer in pairwise(crypto.load_der_x509_certificate(c.dump()) for c in chain):
            subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def registry_of(
    certificate: x509.Certificate, chain: Iterable[x509.Certificate]
) -> SimpleCertificateStore:
    """Give pyHanko's store of the certificates that a seal carries."""
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([certificate, *chain])
    return store


def _issued(issuer: x509.Certificate, link: x509.Certificate) -> bool:
    """Compare names and, where both say it, key identifiers; signatures are checked later."""
    named = link.authority_key_identifier_value
    wanted = named["key_identifier"].native if named is not None else None
    held = issuer.key_identifier
    same_key = wanted is None or held is None or wanted == held
    return bool(issuer.ca and issuer.subject == link.issuer and same_key)
