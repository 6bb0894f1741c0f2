"""Open a CMS file (RFC 5652) from outside: DER, BER, PEM or base64, its content left on the disk.

A signature is small; what is wrapped in a .p7m may be large, so it is only located here and read
in pieces. What remains, the wrapping, is DER and can be given to asn1crypto.
"""

from __future__ import annotations

import base64
import binascii
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eakte.seal.ber import (
    BrokenError,
    Buffer,
    CutError,
    Element,
    Span,
    children,
    element,
    encoded,
    octets,
    sequence,
    wrap,
)

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
"""The content type, encoded, of a signature with or without its content."""
ENCRYPTED = frozenset(
    {
        bytes.fromhex("06092a864886f70d010703"),  # enveloped
        bytes.fromhex("06092a864886f70d010704"),  # signed and enveloped
        bytes.fromhex("06092a864886f70d010706"),  # encrypted
        bytes.fromhex("060b2a864886f70d0109100117"),  # authenticated and enveloped
    }
)

_PIECE = 1 << 20
_LARGEST_WRAPPING = 32 * _PIECE
_LARGEST_TEXT = 128 * _PIECE
_SEQUENCE = 0x30
_OID = 0x06
_EXPLICIT = 0xA0
_CONTENT_INFO = 2
_SHORTEST_SIGNED_DATA = 4
_ARMOUR = re.compile(rb"-----BEGIN [A-Z0-9 ]+-----(.*?)-----END [A-Z0-9 ]+-----", re.DOTALL)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_BLANK = re.compile(rb"\s+")


@dataclass(frozen=True)
class CmsFile:
    """A CMS value: its type, its DER without the content, and where the content stands."""

    kind: bytes
    """DER of the content type's object identifier."""
    wrapping: bytes
    """The ContentInfo as if it were detached; empty if it is no signed data."""
    data: Buffer
    content: tuple[Span, ...] | None
    """None: detached."""
    rest: int
    """How many bytes follow the value."""

    def pieces(self) -> Iterator[bytes]:
        """Give the content in pieces of at most 1 MB."""
        for start, end in self.content or ():
            for position in range(start, end, _PIECE):
                yield bytes(self.data[position : min(position + _PIECE, end)])


def open_cms(path: Path) -> CmsFile:
    """Read a file; raises BrokenError for one that is no CMS, CutError for one that is cut off."""
    data = _binary(path)
    top = _expect(data, element(data, 0, len(data)), _SEQUENCE)
    parts = list(children(data, top))
    if len(parts) != _CONTENT_INFO or parts[0].tag != _OID or parts[1].tag != _EXPLICIT:
        raise BrokenError("no ContentInfo")
    kind = bytes(data[parts[0].start : parts[0].after])
    rest = len(data) - top.after
    if kind != SIGNED_DATA:
        return CmsFile(kind, b"", data, None, rest)
    signed, content = _signed_data(data, _only(data, parts[1]))
    return CmsFile(kind, sequence([kind, wrap(_EXPLICIT, signed)]), data, content, rest)


def pieces_of(path: Path) -> Iterator[bytes]:
    """Give the bytes of a file in pieces of 1 MB; raises OSError."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _signed_data(data: Buffer, value: Element) -> tuple[bytes, tuple[Span, ...] | None]:
    """Give the DER of SignedData without its content, and where that is."""
    if value.after - value.start > _LARGEST_WRAPPING:
        _limit(data, value)
    parts = list(children(data, _expect(data, value, _SEQUENCE)))
    if len(parts) < _SHORTEST_SIGNED_DATA:
        raise BrokenError("no SignedData")
    inner = list(children(data, _expect(data, parts[2], _SEQUENCE)))
    if not inner or inner[0].tag != _OID or len(inner) > _CONTENT_INFO:
        raise BrokenError("no EncapsulatedContentInfo")
    content = None
    if len(inner) == _CONTENT_INFO:
        content = tuple(octets(data, _only(data, _expect(data, inner[1], _EXPLICIT))))
    head = [encoded(data, part) for part in parts[:2]]
    tail = [encoded(data, part) for part in parts[3:]]
    return sequence([*head, sequence([encoded(data, inner[0])]), *tail]), content


def _limit(data: Buffer, value: Element) -> None:
    """Refuse a wrapping that is large by itself, without its content."""
    sizes = [part.after - part.start for part in children(data, value)]
    if sum(sizes) - (sizes[2] if len(sizes) > _CONTENT_INFO else 0) > _LARGEST_WRAPPING:
        raise BrokenError("the signature itself is too large")


def _expect(_data: Buffer, value: Element, tag: int) -> Element:
    if value.tag != tag:
        raise BrokenError("another value than CMS has in this place")
    return value


def _only(data: Buffer, parent: Element) -> Element:
    found = list(children(data, parent))
    if len(found) != 1:
        raise BrokenError("one value expected")
    return found[0]


def _binary(path: Path) -> Buffer:
    """Give the bytes of the CMS value: mapped into memory, or decoded if they are text."""
    if not path.stat().st_size:
        raise CutError("the file is empty")
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if mapped[0] == _SEQUENCE and not _looks_like_base64(mapped[:64]):
        return mapped
    if len(mapped) > _LARGEST_TEXT:
        raise BrokenError("the text is too large")
    return _decoded(bytes(mapped).removeprefix(b"\xef\xbb\xbf").strip())


def _looks_like_base64(head: bytes) -> bool:
    """Tell text that happens to begin with the digit 0 from a SEQUENCE."""
    return not _NOT_BASE64.search(head)


def _decoded(text: bytes) -> bytes:
    if text.startswith(b"-----BEGIN"):
        armoured = _ARMOUR.match(text)
        if armoured is None:
            raise CutError("the armour has no end")
        text = armoured[1]
    if _NOT_BASE64.search(text):
        raise BrokenError("neither ASN.1 nor base64")
    try:
        return base64.b64decode(_BLANK.sub(b"", text), validate=True)
    except binascii.Error as problem:
        raise CutError("the base64 is cut off") from problem
