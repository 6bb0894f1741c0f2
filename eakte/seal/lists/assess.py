"""What trusted lists make of a certificate at a moment (after ETSI TS 119 615 §4.4 and §4.6).

A certificate is qualified if it says so (QcStatements) or the list does (qualifiers), and its
issuer's service was granted both when it was issued and when it signed. Where two entries of the
lists differ, the lower rank counts. A demo certificate is never qualified, whatever a list says.
A list answers for moments up to its NextUpdate: what became of a service later, it cannot know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from eakte.domain.qualification import Qualification, Rank
from eakte.i18n import _
from eakte.seal.demo_pki import DEMO_MARK
from eakte.seal.lists.keeping import Kept
from eakte.seal.lists.model import Criteria, Kind, Period, Service
from eakte.seal.qc_statements import is_qualified_in_eu, statements_of

_SEALS, _SIGNATURES, _WEB = "ForeSeals", "ForeSignatures", "ForWebSiteAuthentication"
_USE_OF = {"qct_eseal": _SEALS, "qct_esign": _SIGNATURES, "qct_web": _WEB}
_USE_BY_QUALIFIER = {"QCForESeal": _SEALS, "QCForESig": _SIGNATURES, "QCForWSA": _WEB}
_WITH_DEVICE = {"QCWithSSCD", "QCWithQSCD", "QCQSCDManagedOnBehalf"}
_WITHOUT_DEVICE = {"QCNoSSCD", "QCNoQSCD"}
_NOT = {"NotQualified", "QCForLegalPerson"}
_RANKS = {
    (_SEALS, True): Rank.QUALIFIED_SEAL,
    (_SEALS, False): Rank.ADVANCED_SEAL,
    (_SIGNATURES, True): Rank.QUALIFIED_SIGNATURE,
    (_SIGNATURES, False): Rank.ADVANCED_SIGNATURE,
}

Chain = tuple[asn1_x509.Certificate, ...]


@dataclass(frozen=True)
class Claims:
    """What a certificate is said to be: by itself, or by itself and a list."""

    qualified: bool
    uses: frozenset[str]
    device: bool
    """Its key is in a qualified signature creation device."""


@dataclass(frozen=True)
class Assessor:
    """The lists at hand, asked at a verification of this moment (their age is told as of it)."""

    lists: tuple[Kept, ...]
    at: datetime

    def signature(
        self, signer: asn1_x509.Certificate, chain: Chain, moment: datetime | None
    ) -> Qualification:
        """Say what a signature is worth that existed at `moment` (None: it is not known when).

        The chain goes from the signer upwards; it may be empty.
        """
        if is_demo(signer, chain):
            return Qualification(Rank.DEMO)
        found = [
            self._signature(signer, service, kept, moment or self.at)
            for kept, service in self._services(chain[1:], signer, Kind.CA)
        ]
        return _lowest(found) if found else self._unlisted(signer, _claimed(signer))

    def timestamp(
        self, authority: asn1_x509.Certificate, chain: Chain, moment: datetime
    ) -> Qualification:
        """Say what a time-stamp of `moment` is worth."""
        if is_demo(authority, chain):
            return Qualification(Rank.DEMO)
        found = [
            self._granted(service, kept, moment, Kind.TSA)
            or Qualification(Rank.QUALIFIED_TIMESTAMP, self._basis(kept, service))
            for kept, service in self._services((authority, *chain), authority, Kind.TSA)
        ]
        return _lowest(found) if found else self._unlisted(authority, "")

    def _services(
        self, links: Chain, certificate: asn1_x509.Certificate, kind: Kind
    ) -> Iterator[tuple[Kept, Service]]:
        """Give the services whose key is among the links, or issued the certificate itself."""
        keys = {_key(link) for link in links}
        for kept in self.lists:
            for service in kept.list.services:
                if any(period.kind == kind for period in service.periods) and any(
                    _key(one) in keys or _issued(one, certificate) for one in service.loaded
                ):
                    yield kept, service

    def _granted(
        self, service: Service, kept: Kept, moment: datetime, kind: Kind
    ) -> Qualification | None:
        """Give the answer if a service was not granted at a moment; None if it was."""
        basis = self._basis(kept, service)
        if moment > kept.list.holds_until:
            ended = _("it answers only up to {day:%Y-%m-%d}").format(day=kept.list.holds_until)
            return Qualification(Rank.UNKNOWN, f"{basis}; {ended}")
        period = service.at(moment, kind)
        if period is not None and period.grants(moment):
            return None
        status = (period.unknown or period.short_status) if period else _("not on it")
        stood = _("on {day:%Y-%m-%d} the service was: {status}").format(day=moment, status=status)
        return Qualification(Rank.NOT_QUALIFIED, f"{basis}; {stood}")

    def _signature(
        self, signer: asn1_x509.Certificate, service: Service, kept: Kept, moment: datetime
    ) -> Qualification:
        basis = self._basis(kept, service)
        claims = _claims(signer)
        for time in (signer.not_valid_before, moment):
            refused = self._granted(service, kept, time, Kind.CA)
            period = service.at(time, Kind.CA)
            if refused or period is None:
                return refused or Qualification(Rank.UNKNOWN, basis)
            claims = _with_qualifiers(_claims(signer), signer, period)
            if not claims.qualified:
                return Qualification(Rank.NOT_QUALIFIED, f"{basis}; {_claimed(signer)}")
            if period.uses and not claims.uses & set(period.uses):
                other = _("the service is granted for another use")
                return Qualification(Rank.NOT_QUALIFIED, f"{basis}; {other}")
        if len(claims.uses) > 1:
            several = _("the certificate claims several uses")
            return Qualification(Rank.UNKNOWN, f"{basis}; {several}")
        rank = _RANKS.get((next(iter(claims.uses)), claims.device), Rank.NOT_QUALIFIED)
        return Qualification(rank, basis)

    def _basis(self, kept: Kept, service: Service | None = None) -> str:
        """Name a list with its age, and what of it counts."""
        text = _("trusted list {territory} no. {number} of {day:%Y-%m-%d}, {age} days old")
        named = text.format(
            territory=kept.list.territory,
            number=kept.list.sequence,
            day=kept.list.issued,
            age=(self.at - kept.list.issued).days,
        )
        return f"{named}: {service.name} ({service.provider})" if service else named

    def _unlisted(self, certificate: asn1_x509.Certificate, claimed: str) -> Qualification:
        country = str(certificate.issuer.native.get("country_name", "?"))
        for kept in self.lists:
            if kept.list.territory == country and kept.list.services:
                basis = _("no service behind it is on the list")
                return Qualification(Rank.NOT_QUALIFIED, f"{self._basis(kept)}: {basis}")
        missing = _("no trusted list of {country} is at hand").format(country=country)
        return Qualification(Rank.UNKNOWN, "; ".join(filter(None, (missing, claimed))))


def is_demo(certificate: asn1_x509.Certificate, chain: Chain) -> bool:
    """Tell whether a demo's mark is anywhere in a chain."""
    names = [name for one in (certificate, *chain) for name in (one.subject, one.issuer)]
    return any(DEMO_MARK in str(name.human_friendly) for name in names)


def _claims(certificate: asn1_x509.Certificate) -> Claims:
    """Say what a certificate claims; any number of uses, where pyHanko takes one."""
    found = statements_of(certificate)
    uses = {_USE_OF.get(name, name) for name in found.get("qc_type", ())}
    return Claims(is_qualified_in_eu(found), frozenset(uses or {_SIGNATURES}), "qc_sscd" in found)


def _with_qualifiers(claims: Claims, certificate: asn1_x509.Certificate, period: Period) -> Claims:
    """Let the list have the last word about a certificate (TS 119 612 §5.5.9.2.3)."""
    said = {
        qualifier
        for one in period.qualifications
        if _fits(one.criteria, certificate)
        for qualifier in one.qualifiers
    }
    qualified = not said & _NOT and (claims.qualified or "QCStatement" in said)
    uses = {_USE_BY_QUALIFIER[name] for name in said if name in _USE_BY_QUALIFIER}
    device = not said & _WITHOUT_DEVICE and (claims.device or bool(said & _WITH_DEVICE))
    return Claims(qualified, frozenset(uses) or claims.uses, device)


def _fits(criteria: Criteria, certificate: asn1_x509.Certificate) -> bool:
    """Tell whether a certificate is among those that qualifiers are about."""
    usage = certificate.key_usage_value
    bits = set() if usage is None else usage.native
    policies = {
        item["policy_identifier"].dotted for item in certificate.certificate_policies_value or ()
    }
    purposes = {item.dotted for item in certificate.extended_key_usage_value or ()}
    subject = {pair["type"].dotted for names in certificate.subject.chosen for pair in names}
    answers = [all((name in bits) is wanted for name, wanted in one) for one in criteria.key_usage]
    answers += [set(one) <= policies for one in criteria.policies]
    answers += [set(one) <= purposes for one in criteria.purposes]
    answers += [set(one) <= subject for one in criteria.subject]
    answers += [_fits(one, certificate) for one in criteria.inner]
    if criteria.match == "none":
        return not any(answers)
    return all(answers) if criteria.match == "all" else any(answers)


def _lowest(found: list[Qualification]) -> Qualification:
    """Give what the services that grant something agree on; where they differ, the lower rank."""
    granting = [one for one in found if one.rank not in {Rank.NOT_QUALIFIED, Rank.UNKNOWN}]
    if not granting:
        return found[0]
    for_seals = {one.rank in {Rank.QUALIFIED_SEAL, Rank.ADVANCED_SEAL} for one in granting}
    if len(for_seals) > 1:
        basis = "; ".join(one.basis for one in granting)
        differing = _("the lists contradict each other: {answers}").format(answers=basis)
        return Qualification(Rank.UNKNOWN, differing)
    lower = [one for one in granting if one.rank in {Rank.ADVANCED_SEAL, Rank.ADVANCED_SIGNATURE}]
    return (lower or granting)[0]


def _claimed(signer: asn1_x509.Certificate) -> str:
    said = _claims(signer)
    if not said.qualified:
        return _("the certificate does not claim to be qualified")
    if said.device:
        return _("the certificate claims to be qualified, its key in a qualified device")
    return _("the certificate claims to be qualified")


def _key(certificate: asn1_x509.Certificate) -> tuple[object, bytes]:
    return certificate.subject.hashable, certificate.public_key.dump()


def _issued(issuer: asn1_x509.Certificate, certificate: asn1_x509.Certificate) -> bool:
    if certificate.issuer != issuer.subject:
        return False
    child, parent = (x509.load_der_x509_certificate(one.dump()) for one in (certificate, issuer))
    try:
        child.verify_directly_issued_by(parent)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
