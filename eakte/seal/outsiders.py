"""What somebody without eakte needs to check seals and time-stamps with `openssl`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import cms, pem, x509
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from eakte.errors import SealFailedError
from eakte.i18n import _
from eakte.seal.ber import children, element, sequence, wrap
from eakte.seal.evidence.syntax import stated_in
from eakte.seal.reader import Reader
from eakte.seal.trust import TrustAnchors, load_certificates
from eakte.seal.trust_folder import TrustFolder

_REVOCATION, _EXPLICIT = 0xA1, 0xA0


@dataclass(frozen=True)
class SealPlace:
    """Where the seal in a file stands: bytes before its container, and those behind it."""

    before: int
    behind: int
    end: int
    proven_at: datetime | None
    """When it was there, by the time-stamp in it."""


def anchors(trust: Path) -> bytes:
    """Give the trust anchors of a home as PEM."""
    return _pem(TrustAnchors.load(trust).certificates)


def others(trust: Path) -> bytes:
    """Give the certificates that may stand between as PEM."""
    folder = TrustFolder(trust).certificates
    return _pem(load_certificates(folder)) if folder.is_dir() else b""


def seal_certificates(sealed: Iterable[Path], signatures: Iterable[bytes]) -> bytes:
    """Give the certificates by which files and detached signatures (DER) are sealed, as PEM."""
    found = [*map(_of_file, sealed), *map(_of_signature, signatures)]
    return _pem({each.sha256: each for each in found}.values())


def seal_place(sealed: Path) -> SealPlace:
    """Say where the seal of a file of ours stands; raises SealFailedError if there is none."""
    with sealed.open("rb") as file:
        seal = _seal(Reader(file))
        _start, before, behind, length = map(int, seal.byte_range)
        stamps = extract_tst_data_iter(extract_signer_info(seal.signed_data), signed=False)
        times = [each["encap_content_info"]["content"].parsed["gen_time"].native for each in stamps]
    return SealPlace(before, behind, behind + length, times[0] if times else None)


def for_openssl(token: bytes) -> bytes:
    """Give a time-stamp token without revocation data, which `openssl ts` cannot read.

    That part is not signed (RFC 5652 §5.4): nothing that the signature covers changes.
    """
    kind, content = children(token, element(token, 0, len(token)))
    (signed,) = children(token, content)
    kept = [
        token[each.start : each.after]
        for each in children(token, signed)
        if each.tag != _REVOCATION
    ]
    return sequence([token[kind.start : kind.after], wrap(_EXPLICIT, sequence(kept))])


def time_of(token: bytes) -> datetime:
    """Give the time that a token states."""
    return stated_in(token).time


def _of_file(sealed: Path) -> x509.Certificate:
    with sealed.open("rb") as file:
        return _seal(Reader(file)).signer_cert


def _seal(reader: Reader) -> EmbeddedPdfSignature:
    for each in reader.embedded_signatures:
        if each.sig_object_type != "/DocTimeStamp":
            return each
    raise SealFailedError(detail=_("there is no seal or signature"))


def _of_signature(signature: bytes) -> x509.Certificate:
    return extract_certificate_info(cms.ContentInfo.load(signature)["content"]).signer_cert


def _pem(certificates: Iterable[x509.Certificate]) -> bytes:
    return b"".join(_armored(certificates))


def _armored(certificates: Iterable[x509.Certificate]) -> Iterator[bytes]:
    for each in certificates:
        armored: bytes = pem.armor("CERTIFICATE", each.dump())
        yield armored
