"""A trusted list as values: what of ETSI TS 119 612 v2.2.1 a qualification needs."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from asn1crypto import x509

EIDAS = datetime(2016, 6, 30, 22, 0, tzinfo=UTC)
"""Since 2016-07-01 in Brussels only `granted` counts (Regulation (EU) 910/2014, Art. 52)."""

_STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
_GRANTED = f"{_STATUS}granted"
_BEFORE_EIDAS = {
    f"{_STATUS}{name}" for name in ("undersupervision", "supervisionincessation", "accredited")
}


class Kind(StrEnum):
    """The services that make something qualified; lists name others, which are left out."""

    CA = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
    TSA = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"


@dataclass(frozen=True)
class Criteria:
    """To which certificates qualifiers apply (§5.5.9.2.2); `match`: all, atLeastOne or none."""

    match: str
    key_usage: tuple[tuple[tuple[str, bool], ...], ...] = ()
    """Sets of bits, named as in asn1crypto, and whether each must be set."""
    policies: tuple[tuple[str, ...], ...] = ()
    """Sets of policy OIDs; each set must be there whole."""
    purposes: tuple[tuple[str, ...], ...] = ()
    """Sets of extended key usages."""
    subject: tuple[tuple[str, ...], ...] = ()
    """Sets of attributes of the subject's name."""
    inner: tuple[Criteria, ...] = ()


@dataclass(frozen=True)
class Qualification:
    """Qualifiers (the last part of their URIs) for the certificates that fit."""

    qualifiers: tuple[str, ...]
    criteria: Criteria


@dataclass(frozen=True)
class Period:
    """How a service stood from `since` until `until` (None: to this day)."""

    kind: str
    status: str
    since: datetime
    until: datetime | None
    uses: tuple[str, ...]
    """ForeSignatures, ForeSeals, ForWebSiteAuthentication; empty: the list does not restrict."""
    qualifications: tuple[Qualification, ...]
    unknown: str = ""
    """What of it is critical and not understood; such a period grants nothing."""

    def grants(self, moment: datetime) -> bool:
        """Tell whether the state vouched for the service at a moment within this period."""
        if self.unknown:
            return False
        return self.status == _GRANTED or (moment < EIDAS and self.status in _BEFORE_EIDAS)

    @property
    def short_status(self) -> str:
        """Give the last part of the status's URI."""
        return self.status.removeprefix(_STATUS)


@dataclass(frozen=True)
class Service:
    """One service of a provider, with its history, the newest period first."""

    provider: str
    name: str
    certificates: tuple[str, ...]
    """DER in Base64: whose key makes the service's statements."""
    periods: tuple[Period, ...]

    @cached_property
    def loaded(self) -> tuple[x509.Certificate, ...]:
        """Give the certificates."""
        return tuple(certificate_of(text) for text in self.certificates)

    def at(self, moment: datetime, kind: Kind) -> Period | None:
        """Give the period that a moment is in, if the service was of that kind then."""
        for period in self.periods:
            if period.kind == kind and moment >= period.since:
                inside = period.until is None or moment < period.until
                return period if inside else None
        return None


@dataclass(frozen=True)
class Pointer:
    """Where another list is, and who may sign it."""

    territory: str
    location: str
    signers: tuple[str, ...]
    """DER in Base64."""


@dataclass(frozen=True)
class TrustedList:
    """A list whose signature was checked."""

    territory: str
    sequence: int
    issued: datetime
    next_update: datetime | None
    """None: the list is closed, none follows."""
    operator: str
    signer: str
    """Who signed it: the certificate's name."""
    sha256: str
    services: tuple[Service, ...]
    pointers: tuple[Pointer, ...] = ()

    @property
    def holds_until(self) -> datetime:
        """Give the moment up to which it answers: then another list should have come."""
        return self.next_update or self.issued


def certificate_of(text: str) -> x509.Certificate:
    """Give a certificate from Base64; raises ValueError."""
    return x509.Certificate.load(base64.b64decode(text), strict=True)
