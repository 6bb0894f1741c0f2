"""Names are compared once: an eighth of the time of a verification went into comparing them again.

To look up issuers, asn1crypto prepares both names (RFC 5280 §7.1, RFC 4518) for every comparison.
What it answers depends on their bytes only; `remember` keeps the answers for this process.
"""

from __future__ import annotations

from functools import lru_cache

from asn1crypto import x509

_NAMES = 512

_prepared = x509.RDNSequence.hashable.fget
_same = x509.RDNSequence.__eq__


def remember() -> None:
    """Have the library remember its answers in this process; doing it twice does no harm."""
    x509.RDNSequence.hashable = property(lambda name: _hashable(name.dump()))
    x509.RDNSequence.__eq__ = _equal


def _equal(one: x509.RDNSequence, other: object) -> bool:
    return isinstance(other, x509.RDNSequence) and _are_same(one.dump(), other.dump())


@lru_cache(_NAMES)
def _hashable(name: bytes) -> str:
    return str(_prepared(x509.RDNSequence.load(name)))


@lru_cache(_NAMES)
def _are_same(one: bytes, other: bytes) -> bool:
    return bool(_same(x509.RDNSequence.load(one), x509.RDNSequence.load(other)))
