"""JBIG2 and JPEG 2000 as they stand in a PDF: do their parts reach as far as they say?"""

from __future__ import annotations

import struct

from eakte.domain.findings import FindingCode
from eakte.i18n import N_
from eakte.pages.sniff import refusal
from eakte.pages.whole import cut_off

_UNKNOWN_LENGTH = 0xFFFFFFFF
_MANY, _LONG_NUMBERS, _MIDDLE_NUMBERS = 7, 65536, 256
_PAGE_INFORMATION, _REGIONS = 48, frozenset({4, 6, 7, 20, 22, 23, 36, 38, 39, 40, 42, 43})
_CODESTREAM, _BOX = b"\xff\x4f", b"\0\0\0\x0cjP  "
_TILE, _END = 0xFF90, b"\xff\xd9"


def check_jbig2(data: bytes) -> None:
    """Walk the segments of an embedded JBIG2 stream (ITU-T T.88, 7.2); raises if one is cut."""
    at, kinds = 0, set[int]()
    while at < len(data):
        kind, start, length = _segment(data, at)
        kinds.add(kind)
        if length == _UNKNOWN_LENGTH:
            return
        at = start + length
        if at > len(data):
            raise cut_off(N_("a picture has fewer rows than it should"))
    if _PAGE_INFORMATION in kinds and not kinds & _REGIONS:
        raise cut_off(N_("a picture has fewer rows than it should"))


def _segment(data: bytes, at: int) -> tuple[int, int, int]:
    """Give type, begin and length of the segment whose header stands here."""
    try:
        number, flags, count = struct.unpack_from(">IBB", data, at)
        referred = count >> 5
        at += 6
        if referred == _MANY:
            (referred,) = struct.unpack_from(">I", data, at - 1)
            referred &= 0x1FFFFFFF
            at += 3 + (referred + 8) // 8
        width = 4 if number > _LONG_NUMBERS else 2 if number > _MIDDLE_NUMBERS else 1
        at += referred * width + (4 if flags & 0x40 else 1)
        (length,) = struct.unpack_from(">I", data, at)
    except struct.error:
        raise cut_off(N_("a picture has fewer rows than it should")) from None
    return flags & 0x3F, at + 4, length


def check_jpeg2000(data: bytes) -> None:
    """Walk the tile-parts of a JPEG 2000 codestream up to its end (ITU-T T.800, A.4)."""
    at = data.find(_CODESTREAM) if data.startswith(_BOX) else 0
    if data[at : at + 2] != _CODESTREAM:
        raise refusal(FindingCode.DAMAGED, N_("a picture is not coded as it says"))
    at += 2
    while at + 4 <= len(data):
        marker, length = struct.unpack_from(">HH", data, at)
        if marker == _TILE:
            (part,) = struct.unpack_from(">I", data.ljust(at + 10, b"\0"), at + 6)
            length = part - 2 if part else len(data) - 2 - (at + 2)
        at += 2 + length
        if data[at : at + 2] == _END:
            return
    raise cut_off(N_("a picture has fewer pixels than it should"))
