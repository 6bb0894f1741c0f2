"""The chains of our own certificates, the seal's and the time-stamp authorities', to our anchors.

Each is built and validated once an hour, not once a seal. Whether a certificate in them was
revoked is not asked here: that is evidence, and belongs to a seal (eakte.seal.revocation).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from eakte.domain.clock import Clock
from eakte.i18n import _
from eakte.seal.revocation import RevocationData
from eakte.seal.trust import sealing_context
from eakte.seal.trust_folder import TrustFolder

_LASTS = timedelta(hours=1)
_SEALS, _STAMPS = ({"non_repudiation"}, None), (set[str](), {"time_stamping"})


@dataclass(frozen=True)
class Link:
    """A certificate, its issuer, and whether it is the end of a chain."""

    subject: x509.Certificate
    issuer: x509.Certificate
    is_end: bool

    @property
    def name(self) -> str:
        """Give a name for a message."""
        return str(self.subject.subject.native.get("common_name", self.subject.serial_number))


class UntrustedError(Exception):
    """A certificate that is not in force, not for its purpose, or leads to no anchor of ours."""


class Chains:
    """The chains that were asked for, each kept for an hour."""

    def __init__(self, folder: TrustFolder, clock: Clock) -> None:
        """Trust the anchors of `folder`; its other certificates may stand in between."""
        self._folder = folder
        self._clock = clock
        self._known: dict[bytes, tuple[datetime, ValidationPath]] = {}

    async def of_seal(self, certificate: x509.Certificate) -> ValidationPath:
        """Give the chain of a certificate that seals; raises UntrustedError."""
        return await self._of(certificate, (), _SEALS)

    async def of_authority(
        self, certificate: x509.Certificate, others: Iterable[x509.Certificate]
    ) -> ValidationPath:
        """Give the chain of a certificate that time-stamps; raises UntrustedError."""
        return await self._of(certificate, others, _STAMPS)

    def links(self, ends: Iterable[x509.Certificate]) -> tuple[Link, ...]:
        """Give every link of the chains of these, which were asked for before, each once."""
        found = dict[bytes, Link]()
        for end in ends:
            _at, path = self._known[end.sha256]
            for subject, issuer in pairwise(list(path)[::-1]):
                link = Link(subject, issuer, is_end=subject.sha256 == end.sha256)
                found.setdefault(subject.sha256, link)
        return tuple(found.values())

    async def _of(
        self,
        certificate: x509.Certificate,
        others: Iterable[x509.Certificate],
        purpose: tuple[set[str], set[str] | None],
    ) -> ValidationPath:
        now = self._clock.now()
        if not certificate.not_valid_before <= now <= certificate.not_valid_after:
            raise UntrustedError(_("it is not in force"))
        known = self._known.get(certificate.sha256)
        if known and now - known[0] < _LASTS:
            return known[1]
        context = sealing_context(self._folder, RevocationData([], []), now, revocation="soft-fail")
        builder = CertificateValidator(certificate, list(others), validation_context=context)
        try:
            path: ValidationPath = await builder.async_validate_usage(*purpose)  # type: ignore[no-untyped-call]
        except (PathError, ValidationError) as problem:
            raise UntrustedError(str(problem)) from problem
        self._known[certificate.sha256] = (now, path)
        return path
