"""What the proof in a sealed file rests on, and until when it can."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import cms, tsp, x509
from pyhanko.sign.general import extract_certificate_info, extract_signer_info

from eakte.domain.preservation import Protection
from eakte.errors import SealFailedError
from eakte.i18n import _
from eakte.seal.ades import evidence_in
from eakte.seal.reader import Reader

CERTIFICATE = "certificate"
_ENDS = {
    "md5": datetime(2004, 1, 1, tzinfo=UTC),
    "sha1": datetime(2012, 1, 1, tzinfo=UTC),
    "sha224": datetime(2029, 1, 1, tzinfo=UTC),
    "rsa": datetime(2029, 1, 1, tzinfo=UTC),
    "rsa-pss": datetime(2029, 1, 1, tzinfo=UTC),
    "dsa": datetime(2029, 1, 1, tzinfo=UTC),
}
_LASTING = {"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "ecdsa"}
_SHORTEST = 256
_NEVER = datetime.max.replace(tzinfo=UTC)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def algorithm_end(name: str) -> datetime:
    """Give when an algorithm stops being fit (ETSI TS 119 312 v1.5.1, Annex); unknown: long ago.

    Names are those of `Protection.algorithms`; one that has no end yet ends in the year 9999.
    """
    kind, _colon, size = name.partition(":")
    if kind in _LASTING:
        return _NEVER if not size or int(size) >= _SHORTEST else _LONG_AGO
    return _ENDS.get(kind, _LONG_AGO)


def end_of(protection: Protection) -> tuple[datetime, str]:
    """Give when the first of what a proof rests on ends: `certificate`, or an algorithm's name."""
    ends = [(algorithm_end(each), each) for each in protection.algorithms]
    return min([(protection.until, CERTIFICATE), *ends])


def protection_of(sealed: Path) -> Protection:
    """Read the last time-stamp of a file of ours; raises SealFailedError if none is at its end."""
    with sealed.open("rb") as file:
        reader = Reader(file)
        stamps = reader.embedded_timestamp_signatures
        if not stamps or stamps[-1] is not reader.embedded_signatures[-1]:
            raise SealFailedError(detail=_("no document time-stamp stands at its end"))
        token, known = stamps[-1].signed_data, evidence_in(reader).known_certs
        info = extract_signer_info(token)
        certificate = extract_certificate_info(token).signer_cert
        said = token["encap_content_info"]["content"].parsed
        return Protection(
            stamped_at=said["gen_time"].native,
            until=min(link.not_valid_after for link in _chain(certificate, known)),
            algorithms=tuple(dict.fromkeys(_algorithms(said, info, certificate))),
        )


def _algorithms(
    said: tsp.TSTInfo, info: cms.SignerInfo, certificate: x509.Certificate
) -> Iterable[str]:
    yield str(said["message_imprint"]["hash_algorithm"]["algorithm"].native)
    yield str(info["digest_algorithm"]["algorithm"].native)
    kind = info["signature_algorithm"].signature_algo
    names = {"rsassa_pkcs1v15": "rsa", "rsassa_pss": "rsa-pss"}
    yield f"{names.get(kind, kind)}:{certificate.public_key.bit_size}"


def _chain(
    certificate: x509.Certificate, known: Iterable[x509.Certificate]
) -> Iterable[x509.Certificate]:
    """Give a certificate and those above it, as far as the file has them; a root does not end."""
    by_name = {one.subject.hashable: one for one in known}
    seen = set[bytes]()
    link: x509.Certificate | None = certificate
    while link is not None and link.sha256 not in seen:
        if link is certificate or link.issuer != link.subject:
            yield link
        seen.add(link.sha256)
        link = by_name.get(link.issuer.hashable)


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
