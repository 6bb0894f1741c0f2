"""How a JBIG2 picture is coded: symbol coding can swap characters, generic regions cannot.

Read from the segment headers (ITU-T T.88 7.2) of the stream and its globals; nothing is decoded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

import pikepdf
from pikepdf import Name

from eakte.domain.findings import Finding, FindingCode
from eakte.i18n import N_

SYMBOLS = N_("symbol coding")
UNCLEAR = N_("it cannot be told how it is coded")

_SYMBOL_TYPES = frozenset({0, 4, 6, 7})
"""Symbol dictionary; text regions (intermediate, immediate, lossless): T.88 7.3."""
_PICTURE_TYPES = frozenset({16, 20, 22, 23, 36, 38, 39, 40, 42, 43})
"""Pattern dictionary, halftone, generic and refinement regions: pixels, no characters."""
_OTHER_TYPES = frozenset({48, 49, 50, 51, 52, 53, 62})
_UNKNOWN_LENGTH = 0xFFFFFFFF
_LONG_FORM = 7
_MOST_SHORT = 4


class Coding(Enum):
    """What the segments of a JBIG2 stream hold."""

    GENERIC = "generic"
    SYMBOLS = "symbols"
    UNCLEAR = "unclear"
    """The headers do not add up, or the stream is wrapped so that they cannot be read."""


def jbig2_findings(number: int, streams: Iterable[pikepdf.Stream]) -> tuple[Finding, ...]:
    """Give the finding for page `number` unless all its JBIG2 pictures are of generic regions."""
    codings = {coding_of(*_parts(stream)) for stream in streams}
    if Coding.SYMBOLS in codings:
        return (Finding(FindingCode.JBIG2, number, SYMBOLS),)
    if Coding.UNCLEAR in codings:
        return (Finding(FindingCode.JBIG2, number, UNCLEAR),)
    return ()


def coding_of(data: bytes, shared: bytes = b"") -> Coding:
    """Tell how an embedded JBIG2 stream with its globals is coded."""
    try:
        types = {*_types(shared), *_types(data)}
    except (struct.error, IndexError, ValueError):
        return Coding.UNCLEAR
    if types & _SYMBOL_TYPES:
        return Coding.SYMBOLS
    known = types <= _PICTURE_TYPES | _OTHER_TYPES
    return Coding.GENERIC if known and types & _PICTURE_TYPES else Coding.UNCLEAR


def _parts(stream: pikepdf.Stream) -> tuple[bytes, bytes]:
    """Give the bytes of a stream and of its globals (a wrapped stream stays unreadable)."""
    parms: Any = stream.get(Name.DecodeParms)
    each = list(parms) if isinstance(parms, pikepdf.Array) else [parms]
    shared = [one.JBIG2Globals for one in each if one is not None and Name.JBIG2Globals in one]
    return stream.read_raw_bytes(), b"".join(one.read_bytes() for one in shared)


def _types(data: bytes) -> Iterator[int]:
    """Give the type of every segment; raises ValueError unless they fill the data exactly."""
    at = 0
    while at < len(data):
        kind, length, at = _header(data, at)
        yield kind
        if length == _UNKNOWN_LENGTH:
            raise ValueError(length)
        at += length
    if at != len(data):
        raise ValueError(at)


def _header(data: bytes, at: int) -> tuple[int, int, int]:
    """Give a segment's type, the length of its data, and where that begins (T.88 7.2)."""
    number, flags, count = struct.unpack_from(">IBB", data, at)
    at += 5
    referred = count >> 5
    if referred == _LONG_FORM:
        referred = int.from_bytes(data[at : at + 4], "big") & 0x1FFFFFFF
        at += 4 + -(-(referred + 1) // 8)
    elif referred <= _MOST_SHORT:
        at += 1
    else:
        raise ValueError(referred)
    size = 1 if number <= 1 << 8 else 2 if number <= 1 << 16 else 4
    at += referred * size + (4 if flags & 0x40 else 1)
    (length,) = struct.unpack_from(">I", data, at)
    return flags & 0x3F, length, at + 4
