"""What the proof in a sealed file rests on, and until when it can."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import cms, x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from eakte.domain.preservation import Protection
from eakte.errors import SealFailedError
from eakte.i18n import _
from eakte.seal import algorithms
from eakte.seal.ades import evidence_in
from eakte.seal.algorithms import Used
from eakte.seal.reader import Reader

CERTIFICATE = "certificate"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def end_of(protection: Protection) -> tuple[datetime, str]:
    """Give when the first of what a proof rests on ends: `certificate`, or an algorithm's name.

    Algorithms end by the policy (eakte.seal.algorithms); what is not in it ended long ago.
    """
    used = [Used(*each.split(":", 1)) for each in protection.algorithms]
    ends = [(algorithms.end_of(each) or _LONG_AGO, str(each)) for each in used]
    return min([(protection.until, CERTIFICATE), *ends])


def protection_of(sealed: Path) -> Protection:
    """Read the last time-stamp of a file of ours; raises SealFailedError if none is at its end."""
    with sealed.open("rb") as file:
        reader = Reader(file)
        token, known = stamps_of(reader)[-1].signed_data, evidence_in(reader).known_certs
        return protection_by(token, known)


def protection_in(token: bytes) -> Protection:
    """Give what an archive time-stamp rests on: a token (DER) with its chain inside."""
    signed = cms.ContentInfo.load(token)["content"]
    return protection_by(signed, extract_certificate_info(signed).other_certs)


def protection_by(token: cms.SignedData, known: Iterable[x509.Certificate]) -> Protection:
    """Give what a time-stamp token rests on; `known` holds the certificates above its own."""
    certificate = extract_certificate_info(token).signer_cert
    chain = tuple(_chain(certificate, known))
    used = [*algorithms.used_by_token(token, certificate), *algorithms.used_by_chain(chain)]
    ends = (link.not_valid_after for link in chain if link is certificate or not _is_root(link))
    return Protection(
        stamped_at=token["encap_content_info"]["content"].parsed["gen_time"].native,
        until=min(ends),
        algorithms=tuple(dict.fromkeys(f"{each.table}:{each.name}" for each in used)),
    )


def stamps_of(reader: Reader) -> list[EmbeddedPdfSignature]:
    """Give the document time-stamps; raises SealFailedError if none stands at the end."""
    stamps: list[EmbeddedPdfSignature] = reader.embedded_timestamp_signatures
    if not stamps or stamps[-1] is not reader.embedded_signatures[-1]:
        raise SealFailedError(detail=_("no document time-stamp stands at its end"))
    return stamps


def _chain(
    certificate: x509.Certificate, known: Iterable[x509.Certificate]
) -> Iterator[x509.Certificate]:
    """Give a certificate and those above it, as far as the file has them."""
    by_name = {one.subject.hashable: one for one in known}
    seen = set[bytes]()
    link: x509.Certificate | None = certificate
    while link is not None and link.sha256 not in seen:
        yield link
        seen.add(link.sha256)
        link = by_name.get(link.issuer.hashable)


def _is_root(certificate: x509.Certificate) -> bool:
    """Say whether it vouches for itself: as an anchor it does not end."""
    return bool(certificate.issuer == certificate.subject)


def end_of_copy(sealed: Path) -> int:
    """Give how many bytes of a sealed file are the archive copy that was sealed.

    Raises SealFailedError if that cannot be told.
    """
    with sealed.open("rb") as file:
        start = Reader(file).xrefs.get_startxref_for_revision(0)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            mark = f"startxref\n{start}\n%%EOF\n".encode()
            place = data.find(mark, start)
    if place < 0:
        raise SealFailedError(detail=_("where its archive copy ends cannot be told"))
    return place + len(mark)
