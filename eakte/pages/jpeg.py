"""Is a JPEG whole? Its markers say where it ends; its coded data must last for all of it."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator

from PIL import Image

from eakte.domain.findings import FindingCode
from eakte.i18n import N_
from eakte.pages.limits import check_pixels
from eakte.pages.sniff import refusal
from eakte.pages.whole import cut_off
from eakte.pictures.large import is_large

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_COEFFICIENTS = 64
_MORE_CODED_BYTES = bytes(range(17, 251, 13)) * 4


def check_jpeg(data: bytes) -> int:
    """Prove that a JPEG is whole (ITU-T T.81 annex B) and give the place behind its end marker.

    Raises UnusableInputError (`truncated`, `too_large`, `damaged`); libjpeg's own errors pass.
    """
    scans, frame = list[bytes](), (0, b"")
    for marker, start, end in _segments(data):
        if marker in _FRAMES:
            frame = marker, data[start:end]
            height, width = struct.unpack_from(">HH", frame[1].ljust(5, b"\0"), 1)
            check_pixels(width, height)
            if marker in _PROGRESSIVE and is_large((width, height)):
                raise refusal(FindingCode.TOO_LARGE, f"{width} x {height} px, progressive")
        if marker == _START_OF_SCAN:
            scans.append(data[start:end])
        if marker == _END_OF_IMAGE:
            _check_scans(frame, scans)
            _check_filled(data[:end], by_pieces=frame[0] in _PROGRESSIVE or len(scans) > 1)
            return end
    raise cut_off(N_("the JPEG has no end marker"))


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Give each marker with where its parameters begin and end."""
    at = 2
    while match := _MARKER.search(data, at):
        marker, start = data[match.end() - 1], match.end()
        if marker == _END_OF_IMAGE:
            yield marker, start, start
            return
        (length,) = struct.unpack(">H", data[start : start + 2].rjust(2, b"\0"))
        at = start + max(2, length)
        yield marker, start + 2, at


def _check_scans(frame: tuple[int, bytes], scans: list[bytes]) -> None:
    """Prove that the scans bring every component, and of a progressive JPEG every bit of it."""
    marker, head = frame
    components = head[6::3][: head[5]] if len(head) > 5 else b""  # noqa: PLR2004 - a frame header
    missing = {(one, band) for one in components for band in range(_COEFFICIENTS)}
    for scan in scans:
        count = scan[0] if scan else 0
        first, last, bits = (*scan[1 + 2 * count :], 0, 0, 0)[:3]
        if marker not in _PROGRESSIVE:
            first, last, bits = 0, _COEFFICIENTS - 1, 0
        if not bits & 15:
            named = scan[1 : 1 + 2 * count : 2]
            missing -= {(one, band) for one in named for band in range(first, last + 1)}
    if missing or not components:
        raise cut_off(N_("the JPEG ends before its picture"))


def _check_filled(data: bytes, *, by_pieces: bool) -> None:
    """Prove that the coded data last for all of the picture, whoever set the end marker.

    libjpeg silently fills up what is missing. Some more coded bytes before the end marker change
    nothing in a whole picture, but give a cut one more blocks; both are decoded and compared: small
    if all of a block stands in one place, else completely.
    """
    longer = data[:-2] + _MORE_CODED_BYTES + data[-2:]
    if _decoded(data, small=not by_pieces) != _decoded(longer, small=not by_pieces):
        raise cut_off(N_("the JPEG has fewer pixels than it should"))


def _decoded(data: bytes, *, small: bool) -> bytes:
    with Image.open(io.BytesIO(data)) as file:
        if small:
            file.draft("L", (1, 1))
        return file.tobytes()
