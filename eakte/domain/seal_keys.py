"""What is known of a seal key: its certificate's purpose, rank, life and chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eakte.domain.verification import CertificateSummary
from eakte.i18n import N_


class Purpose(StrEnum):
    """For what a certificate was issued (EN 319 412-5, QcType)."""

    SEAL = N_("electronic seal")
    SIGNATURE = N_("electronic signature")
    WEB = N_("website authentication")
    NOT_STATED = N_("not stated")


@dataclass(frozen=True)
class QcClaims:
    """What a certificate says of itself in its QcStatements (EN 319 412-5); claims, no proofs."""

    compliance: bool = False
    """QcCompliance: it was issued as a qualified certificate (EU, unless `legislation` is set)."""
    device: bool = False
    """QcSSCD: its key is in a qualified creation device."""
    purpose: Purpose = Purpose.NOT_STATED
    legislation: tuple[str, ...] = ()
    """QcCClegislation: countries outside the EU under whose law it is qualified."""
    disclosure: tuple[str, ...] = ()
    """QcPDS: where the issuer's disclosure statements are."""

    @property
    def qualified_in_eu(self) -> bool:
        """Tell whether it claims to be qualified by eIDAS."""
        return self.compliance and not self.legislation


@dataclass(frozen=True)
class SealKeyFacts:
    """One seal key, as `eakte seal key show` tells of it."""

    kind: str
    """pkcs12, pkcs11 or csc."""
    reference: str
    certificate: CertificateSummary
    chain: tuple[CertificateSummary, ...]
    """Its issuers, from the nearest on."""
    complete: bool
    """The chain ends at a self-issued certificate, or its last link's issuer is an anchor."""
    algorithm: str
    sha256: str
    """Of the certificate."""
    demo: bool
    claims: QcClaims
    warnings: tuple[str, ...]

    @property
    def not_after(self) -> datetime:
        """Give the end of the certificate's life."""
        return self.certificate.not_after
