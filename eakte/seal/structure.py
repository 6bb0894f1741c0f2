"""What can be counted and measured in a PDF without believing pyHanko.

The last time-stamp hashes every byte but its own container: what stands in there is looked at
here, so that no byte of a VALID file could be another one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pikepdf
from asn1crypto import cms, core, parser

from eakte.i18n import _

_BYTE_RANGE_LENGTH = 4
_DEEPEST_FIELD = 32
_VOUCHED = {"certificates", "signed_attrs"}  # parts of a token that are compared or signed
_CONSTRUCTED = 1  # of an ASN.1 value: it holds others


@dataclass(frozen=True)
class Structure:
    """What qpdf sees: pages, signature values, and what it had to repair."""

    pages: int
    signatures: int
    repairs: tuple[str, ...]


def measure(path: Path) -> Structure:
    """Count pages and signatures with qpdf; raises pikepdf.PdfError if it is no PDF."""
    with pikepdf.open(path, access_mode=pikepdf.AccessMode.stream) as pdf:
        signatures = _count_signatures(pdf)
        repairs = tuple(without_path(str(warning), path) for warning in pdf.get_warnings())
        return Structure(len(pdf.pages), signatures, repairs)


def without_path(text: str, path: Path) -> str:
    """Drop the path by which qpdf calls a file: where it lies is no part of a judgement."""
    return text.replace(f"{path}: ", "").replace(f"{path}, ", "").replace(f"{path} ", "")


def _count_signatures(pdf: pikepdf.Pdf) -> int:
    """Count signature dictionaries, whatever their SubFilter and wherever they hang (trap 6)."""
    indirect: set[tuple[int, int]] = set()
    direct = 0
    for item in pdf.objects:
        for value in _signature_values(item):
            if value.is_indirect:
                indirect.add(value.objgen)
            else:
                direct += 1
    return len(indirect) + direct


def _signature_values(item: pikepdf.Object) -> Iterator[pikepdf.Object]:
    if not isinstance(item, pikepdf.Dictionary):
        return
    if "/ByteRange" in item and "/Contents" in item:
        yield item
    value = item.get("/V")
    if isinstance(value, pikepdf.Dictionary) and _field_type(item) == "/Sig":
        yield value


def _field_type(field: pikepdf.Object) -> str:
    for _depth in range(_DEEPEST_FIELD):
        if "/FT" in field:
            return str(field["/FT"])
        parent = field.get("/Parent")
        if not isinstance(parent, pikepdf.Dictionary):
            break
        field = parent
    return ""


def bytes_after(size: int, byte_range: list[int]) -> int:
    """Give how many bytes of a file follow the range that a signature vouches for (trap 10)."""
    return size - (int(byte_range[2]) + int(byte_range[3]))


def container_flaw(
    file: BinaryIO, byte_range: list[int], contents: bytes, known: set[bytes]
) -> str | None:
    """Say what in the container of the last time-stamp nobody vouches for, None if nothing.

    `known` holds the certificates (DER) that the time-stamp itself covers.
    """
    if len(byte_range) != _BYTE_RANGE_LENGTH or int(byte_range[0]) != 0:
        return _("its byte range is unusual")
    if flaw := padding_flaw(file, byte_range, contents):
        return flaw
    encoded = contents[: length_of(contents)]
    token = cms.ContentInfo.load(encoded)
    if not (is_der(encoded) and _accounts_for_all(token)):
        return _("the time-stamp token is not encoded canonically (DER)")
    return _token_flaw(token["content"], known)


def padding_flaw(file: BinaryIO, byte_range: list[int], contents: bytes) -> str | None:
    """Say what in a container is spelled as pyHanko does not spell it, or stands behind its value.

    One spelling only, in capitals: else two files that differ would say the same.
    """
    written = _between(file, int(byte_range[1]), int(byte_range[2]), 2 * len(contents) + 2)
    if written != b"<" + contents.hex().upper().encode() + b">":
        return _("its container is not written as plain hexadecimal")
    if any(contents[length_of(contents) :]):
        return _("there are bytes behind the time-stamp token")
    return None


def _between(file: BinaryIO, start: int, end: int, wanted: int) -> bytes:
    """Give the bytes of a file between two places; nothing if they are not as many as wanted."""
    return os.pread(file.fileno(), wanted, start) if start >= 0 and end - start == wanted else b""


def length_of(encoded: bytes) -> int:
    """Give the length of the first value in an encoding."""
    _class, _method, _tag, header, content, trailer = parser.parse(encoded)
    return len(header) + len(content) + len(trailer)


def is_der(encoded: bytes) -> bool:
    """Say whether all tags and lengths, at every depth, are written in their only form."""
    pending = [encoded]
    while pending:
        rest = pending.pop()
        while rest:
            kind, method, tag, _header, content, _trailer = parser.parse(rest)
            canonical = parser.emit(kind, method, tag, content)
            if not rest.startswith(canonical):
                return False
            if method == _CONSTRUCTED:
                pending.append(content)
            rest = rest[len(canonical) :]
    return True


def _accounts_for_all(value: core.Asn1Value) -> bool:
    """Say whether the parts that were understood are all there is, at every depth."""
    if isinstance(value, core.Choice):
        return _accounts_for_all(value.chosen)
    if isinstance(value, core.Sequence):
        named = {name: value[name] for name in value}
    elif isinstance(value, core.SequenceOf):
        named = dict(enumerate(value))
    else:
        return True
    if b"".join(part.dump() for part in named.values()) != value.contents:
        return False
    return all(_accounts_for_all(part) for name, part in named.items() if name not in _VOUCHED)


def _token_flaw(signed: cms.SignedData, known: set[bytes]) -> str | None:
    """Look at the parts of a token that its own signature does not cover (RFC 5652 §5)."""
    signer = signed["signer_infos"][0]
    if not _named_exactly(signer, signed["certificates"]) or signed["version"].native != "v3":
        return _("the time-stamp token names its signer or its version loosely")
    if [item.dump() for item in signed["digest_algorithms"]] != [signer["digest_algorithm"].dump()]:
        return _("the time-stamp token names other digest algorithms than it uses")
    if any(item.chosen.dump() not in known for item in signed["certificates"]):
        return _("the time-stamp token carries a certificate that it does not cover")
    if len(signed["crls"]) or len(signer["unsigned_attrs"]) or len(signed["signer_infos"]) != 1:
        return _("the time-stamp token carries parts that nobody signed")
    return None


def _named_exactly(signer: cms.SignerInfo, certificates: cms.CertificateSet) -> bool:
    """Compare names byte by byte: X.509 would take another case for the same name."""
    identity = signer["sid"].chosen
    if signer["sid"].name != "issuer_and_serial_number":
        found = [item.chosen.key_identifier for item in certificates]
        return signer["version"].native == "v3" and identity.native in found
    wanted = (identity["issuer"].dump(), identity["serial_number"].dump())
    parts = [item.chosen["tbs_certificate"] for item in certificates]
    names = [(part["issuer"].dump(), part["serial_number"].dump()) for part in parts]
    return signer["version"].native == "v1" and wanted in names
