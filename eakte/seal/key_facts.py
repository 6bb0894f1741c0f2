"""What a seal key's certificate says: purpose and rank (EN 319 412-5), life, and what is odd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from asn1crypto import x509

from eakte.domain.levels import Lack, Level, Reach
from eakte.domain.seal_keys import Purpose, QcClaims, SealKeyFacts
from eakte.i18n import _
from eakte.seal.keys import SealKey
from eakte.seal.links import chain_of
from eakte.seal.lists.assess import is_demo
from eakte.seal.qc_statements import statements_of
from eakte.seal.summary import certificate as summary

SOON = timedelta(days=90)
"""So long before its end a certificate is told to expire soon: a new one takes weeks to get."""
_PURPOSES = {
    "qct_eseal": Purpose.SEAL,
    "qct_esign": Purpose.SIGNATURE,
    "qct_web": Purpose.WEB,
}
_LEAST_RSA_BITS = 3000
_HELD_BY_A_KEY = tuple(lack for lack in Lack if lack is not Lack.EVIDENCE)
"""ETSI TS 119 312: shorter RSA keys must not be used any more."""


def facts_of(
    kind: str, key: SealKey, anchors: Iterable[x509.Certificate], now: datetime
) -> SealKeyFacts:
    """Tell what is known of a key; nothing is signed, nobody is asked."""
    certificate, trusted = key.certificate, list(anchors)
    chain = (*key.chain, *chain_of((certificate, *key.chain)[-1], trusted))
    claims, demo = claims_of(certificate), is_demo(certificate, ())
    complete = bool(chain) and any(chain[-1].sha256 == anchor.sha256 for anchor in trusted)
    return SealKeyFacts(
        kind=kind,
        reference=key.reference,
        certificate=summary(certificate),
        chain=tuple(summary(link) for link in chain),
        complete=complete,
        algorithm=algorithm_of(certificate),
        sha256=certificate.sha256.hex(),
        demo=demo,
        claims=QcClaims() if demo else claims,
        warnings=tuple(_warnings(certificate, claims, complete=complete, now=now)),
    )


def reach_of(
    certificate: x509.Certificate, *, listed: bool = False, listed_time: bool = False
) -> Reach:
    """Say which level seals of this certificate reach, and what keeps them from more.

    `listed`: a trusted list confirms that it is qualified now; `listed_time`: likewise of the
    time-stamp authority. What a certificate says of itself alone makes no qualified seal.
    """
    if is_demo(certificate, ()):
        return Reach(Level.DEMO, tuple(_HELD_BY_A_KEY))
    claims = claims_of(certificate)
    fit = claims.qualified_in_eu and claims.purpose is not Purpose.WEB
    held = {Lack.CERTIFICATE: True, Lack.QUALIFIED: fit, Lack.DEVICE: claims.device}
    held |= {Lack.LISTED: listed, Lack.TIME: listed_time}
    lacks = tuple(lack for lack in _HELD_BY_A_KEY if not held[lack])
    if lacks == (Lack.TIME,):
        return Reach(Level.QUALIFIED, lacks)
    return Reach(Level.ADVANCED if lacks else Level.QUALIFIED_WITH_TIME, lacks)


def claims_of(certificate: x509.Certificate) -> QcClaims:
    """Say what a certificate claims; of several purposes none counts."""
    found = statements_of(certificate)
    kinds = [_PURPOSES[kind] for kind in found.get("qc_type", ()) if kind in _PURPOSES]
    disclosed = found.get("qc_pki_disclosure_statements", ())
    return QcClaims(
        compliance="qc_compliance" in found,
        device="qc_sscd" in found,
        purpose=kinds[0] if len(kinds) == 1 else Purpose.NOT_STATED,
        legislation=tuple(found.get("qc_cc_legislation", ())),
        disclosure=tuple(str(each["url"]) for each in disclosed),
    )


def algorithm_of(certificate: x509.Certificate) -> str:
    """Name the kind of key: `EC secp256r1`, `RSA 3072`."""
    key = certificate.public_key
    if key.algorithm == "ec":
        return f"EC {key.curve[1]}"
    return f"{key.algorithm.upper()} {key.bit_size}"


def _warnings(
    certificate: x509.Certificate, claims: QcClaims, *, complete: bool, now: datetime
) -> Iterator[str]:
    if is_demo(certificate, ()):
        yield _("demo certificate, not qualified")
    elif claims.qualified_in_eu and not claims.device:
        yield _("its key is not in a qualified device (no QcSSCD): its seals are not qualified")
    elif not claims.qualified_in_eu:
        yield _("it does not say that it is qualified: its seals are advanced at best")
    if claims.purpose is Purpose.SIGNATURE:
        yield _("it is for signatures of a natural person, not for seals of an organisation")
    if claims.purpose is Purpose.WEB:
        yield _("it is for websites, not for seals")
    yield from _life(certificate, now)
    usage = certificate.key_usage_value
    if usage is not None and not {"non_repudiation", "digital_signature"} & usage.native:
        yield _("its key usage forbids signatures")
    if certificate.public_key.algorithm == "rsa":
        bits = certificate.public_key.bit_size
        if bits < _LEAST_RSA_BITS:
            yield _("its RSA key of {bits} bits is too short (ETSI TS 119 312)").format(bits=bits)
    if not complete:
        yield _("its chain does not lead to a trust anchor of this home")


def _life(certificate: x509.Certificate, now: datetime) -> Iterator[str]:
    begin, end = certificate.not_valid_before, certificate.not_valid_after
    if now < begin:
        yield _("it is not valid before {day:%Y-%m-%d}").format(day=begin)
    elif now > end:
        yield _("it expired on {day:%Y-%m-%d}").format(day=end)
    elif now > end - SOON:
        days = (end - now).days
        yield _("it expires in {days} days, on {day:%Y-%m-%d}").format(days=days, day=end)
