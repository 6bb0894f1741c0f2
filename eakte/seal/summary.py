"""Facts about signatures in the words of a report."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Protocol

from asn1crypto import x509 as asn1_x509
from cryptography import x509

from eakte.domain.qualification import Rank
from eakte.domain.verification import (
    CertificateSummary,
    SignatureSummary,
    Step,
    TimestampSummary,
)
from eakte.i18n import _
from eakte.seal import steps
from eakte.seal.facts import FileFacts, Signature
from eakte.seal.freshness import Statement
from eakte.seal.judgement import Indication, Judgement
from eakte.seal.lists.assess import Assessor
from eakte.seal.reader import Unreadable


class _Stamped(Protocol):
    @property
    def time(self) -> datetime: ...
    @property
    def authority(self) -> asn1_x509.Certificate: ...
    @property
    def judgement(self) -> Judgement: ...
    @property
    def statements(self) -> tuple[Statement, ...] | None: ...


def signatures_of(facts: FileFacts, lists: Assessor) -> tuple[SignatureSummary, ...]:
    """Give every seal or signature."""
    broken = (_unreadable(item) for item in facts.unreadable)
    stamps = [
        stamp.time
        for stamp in facts.timestamps
        if stamp.kind == "document" and stamp.judgement.indication is Indication.PASSED
    ]
    return (*(_signature(item, stamps, lists) for item in facts.signatures), *broken)


def timestamps_of(facts: FileFacts, lists: Assessor) -> tuple[TimestampSummary, ...]:
    """Give every time-stamp, the oldest first."""
    return tuple(timestamp(item.kind, item.field, item, lists) for item in facts.timestamps)


def certificate(found: asn1_x509.Certificate) -> CertificateSummary:
    """Give names, number and life of a certificate."""
    return CertificateSummary(
        subject=_names(found, "subject"),
        issuer=_names(found, "issuer"),
        serial=f"{found.serial_number:x}",
        not_before=found.not_valid_before,
        not_after=found.not_valid_after,
        sha256=found.sha256.hex(),
    )


def _signature(item: Signature, stamps: list[datetime], lists: Assessor) -> SignatureSummary:
    judgement = item.judgement
    worth = lists.signature(item.signer, judgement.chain, judgement.best_time)
    return SignatureSummary(
        field=item.field,
        indication=judgement.indication.value,
        sub_indication=judgement.sub_indication,
        level=item.level.pades,
        signer=certificate(item.signer),
        chain=tuple(certificate(link) for link in judgement.chain),
        signed_at=judgement.best_time,
        qualification=worth.rank,
        basis=worth.basis,
        steps=steps.of_signature(item.ran, item.statements, stamps) if item.ran else (),
        changed=item.changed,
    )


def _unreadable(item: Unreadable) -> SignatureSummary:
    return SignatureSummary(
        field=item.field,
        indication=Indication.INDETERMINATE.value,
        sub_indication=item.sub_indication,
        level="",
        signer=None,
        chain=(),
        signed_at=None,
        qualification=Rank.UNKNOWN,
        steps=(Step("5.2.2", _("format checking"), steps.OPEN, item.detail),),
    )


def timestamp(kind: str, field: str, item: _Stamped, lists: Assessor) -> TimestampSummary:
    """Give a time-stamp, of whichever kind of file."""
    judgement = item.judgement
    worth = lists.timestamp(item.authority, judgement.chain, item.time)
    return TimestampSummary(
        kind=kind,
        field=field,
        time=item.time,
        authority=certificate(item.authority),
        valid=judgement.indication is Indication.PASSED,
        indication=judgement.indication.value.removeprefix("TOTAL-"),
        sub_indication=judgement.sub_indication,
        chain=tuple(certificate(link) for link in judgement.chain),
        steps=steps.of_timestamp(judgement, item.statements),
        qualification=worth.rank,
        basis=worth.basis,
    )


def _names(found: asn1_x509.Certificate, which: str) -> str:
    """Give an RFC 4514 string; a certificate that `cryptography` refuses is described freely."""
    if found.serial_number > 0:
        with contextlib.suppress(ValueError):
            name: x509.Name = getattr(x509.load_der_x509_certificate(found.dump()), which)
            return name.rfc4514_string()
    return str(getattr(found, which).human_friendly)
