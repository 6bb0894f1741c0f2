"""Facts about signatures in the words of a report."""

from __future__ import annotations

import contextlib

from asn1crypto import x509 as asn1_x509
from cryptography import x509

from eakte.domain.verification import CertificateSummary, SignatureSummary, TimestampSummary
from eakte.seal.facts import FileFacts, Indication, Signature, Timestamp
from eakte.seal.lists.assess import Assessor


def signatures_of(facts: FileFacts, lists: Assessor) -> tuple[SignatureSummary, ...]:
    """Give every seal or signature."""
    return tuple(_signature(item, lists) for item in facts.signatures)


def timestamps_of(facts: FileFacts, lists: Assessor) -> tuple[TimestampSummary, ...]:
    """Give every time-stamp, the oldest first."""
    return tuple(_timestamp(item, lists) for item in facts.timestamps)


def certificate(found: asn1_x509.Certificate) -> CertificateSummary:
    """Give names, number and life of a certificate."""
    return CertificateSummary(
        subject=_names(found, "subject"),
        issuer=_names(found, "issuer"),
        serial=f"{found.serial_number:x}",
        not_before=found.not_valid_before,
        not_after=found.not_valid_after,
    )


def _signature(item: Signature, lists: Assessor) -> SignatureSummary:
    judgement = item.judgement
    worth = lists.signature(item.signer, judgement.chain, judgement.best_time)
    return SignatureSummary(
        field=item.field,
        indication=judgement.indication.value,
        sub_indication=judgement.sub_indication,
        level=item.level.value,
        signer=certificate(item.signer),
        chain=tuple(certificate(link) for link in judgement.chain),
        signed_at=judgement.best_time,
        qualification=worth.rank,
        basis=worth.basis,
    )


def _timestamp(item: Timestamp, lists: Assessor) -> TimestampSummary:
    worth = lists.timestamp(item.authority, item.judgement.chain, item.time)
    return TimestampSummary(
        kind=item.kind,
        time=item.time,
        authority=certificate(item.authority),
        valid=item.judgement.indication is Indication.PASSED,
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
