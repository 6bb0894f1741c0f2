"""What the proof in a sealed file rests on, and until when it can."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import cms, x509
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from eakte.domain.preservation import Protection, SealLevel
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


@dataclass(frozen=True)
class End:
    """A certificate at the end of a chain on which a proof rests, and its signature."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    """What came with it."""
    is_authority: bool
    """It made a time-stamp, else the seal."""
    signed: cms.SignedData


def ends_of(reader: Reader) -> tuple[End, ...]:
    """Give what the proof in a file of ours rests on.

    That is its last document time-stamp; without one the seal, and the time-stamp in it. Raises
    SealFailedError if there is no seal.
    """
    if not reader.embedded_signatures:
        raise SealFailedError(detail=_("there is no seal or signature"))
    last = reader.embedded_signatures[-1]
    if last.sig_object_type == "/DocTimeStamp":
        return (_end(last.signed_data, is_authority=True),)
    inner = extract_tst_data_iter(extract_signer_info(last.signed_data), signed=False)
    stamps = [_end(token, is_authority=True) for token in inner]
    return (_end(last.signed_data, is_authority=False), *stamps)


def protection_of(sealed: Path, level: SealLevel = SealLevel.LTA) -> Protection:
    """Read what protects a file of ours, sealed at a level; raises SealFailedError if it has less.

    With evidence in the file all rests on the last time-stamp, else on the seal's certificate too.
    """
    with sealed.open("rb") as file:
        reader = Reader(file)
        found, known = ends_of(reader), evidence_in(reader).known_certs
        stamps = [end for end in found if end.is_authority]
        lasting = level is not SealLevel.LTA or len(found) == len(stamps)
        if not lasting or (level.has_time and not stamps):
            detail = _("NO_POE: it has not reached {level}").format(level=level.pades)
            raise SealFailedError(detail=detail)
        resting = stamps if level.has_evidence else found
        chains = [tuple(_chain(end.certificate, [*known, *end.others])) for end in resting]
        used = [use for end in resting for use in _used(end)]
        used += [use for chain in chains for use in algorithms.used_by_chain(chain)]
        stated = (end.signed["encap_content_info"]["content"] for end in stamps[-1:])
        return Protection(
            level=level,
            stamped_at=next((one.parsed["gen_time"].native for one in stated), None),
            until=min(end for chain in chains for end in _ends(chain)),
            algorithms=tuple(dict.fromkeys(f"{each.table}:{each.name}" for each in used)),
        )


def protection_in(token: bytes) -> Protection:
    """Give what an archive time-stamp rests on: a token (DER) with its chain inside."""
    end = _end(cms.ContentInfo.load(token)["content"], is_authority=True)
    chain = tuple(_chain(end.certificate, end.others))
    used = [*_used(end), *algorithms.used_by_chain(chain)]
    return Protection(
        level=SealLevel.LTA,
        stamped_at=end.signed["encap_content_info"]["content"].parsed["gen_time"].native,
        until=min(_ends(chain)),
        algorithms=tuple(dict.fromkeys(f"{each.table}:{each.name}" for each in used)),
    )


def _end(signed: cms.SignedData, *, is_authority: bool) -> End:
    found = extract_certificate_info(signed)
    return End(found.signer_cert, tuple(found.other_certs), is_authority, signed)


def _used(end: End) -> list[Used]:
    if end.is_authority:
        return algorithms.used_by_token(end.signed, end.certificate)
    return algorithms.used_by_signer(extract_signer_info(end.signed), end.certificate)


def _ends(chain: tuple[x509.Certificate, ...]) -> Iterator[datetime]:
    for number, link in enumerate(chain):
        if number == 0 or not _is_root(link):
            yield link.not_valid_after


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
