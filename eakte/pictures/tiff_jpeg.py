"""JPEG in TIFF, strip by strip, as one JPEG without coding anything anew.

Each strip is a JPEG with the same tables whose prediction starts afresh: just what a restart
interval is (ITU-T T.81 B.2.4.4). So the strips' coded data are joined with restart markers.
"""

from __future__ import annotations

import struct

_WIDTH, _HEIGHT, _ROWS_PER_STRIP, _TABLES, _PHOTOMETRIC = 256, 257, 278, 347, 262
_ADOBE_TRANSFORMS = {1: None, 2: 0, 6: 1}
"""TIFF photometric (grey, RGB, YCbCr) to the transform that an Adobe segment states."""
_ADOBE, _FRAME, _SCAN, _RESTART, _QUANTISATION, _HUFFMAN = 0xEE, 0xC0, 0xDA, 0xDD, 0xDB, 0xC4
_START, _END = b"\xff\xd8", b"\xff\xd9"
_BLOCK = 8


def joined_jpeg(tags: dict[int, object], strips: list[bytes]) -> bytes | None:
    """Join the strips to one JPEG; None where they do not allow it."""
    if not strips or tags.get(_PHOTOMETRIC) not in _ADOBE_TRANSFORMS:
        return None
    tables = tags.get(_TABLES, b"")
    shared = _segments(tables if isinstance(tables, bytes) else b"")[0]
    parsed = [_segments(strip) for strip in strips]
    heads = [dict(head) for head, _ in parsed]
    frame, scan = heads[0].get(_FRAME), heads[0].get(_SCAN)
    if frame is None or scan is None or not _alike(heads, len(strips)):
        return None
    rows, width = int(str(tags.get(_ROWS_PER_STRIP, tags[_HEIGHT]))), int(str(tags[_WIDTH]))
    across, down = (_BLOCK * factor for factor in _sampling(frame))
    if len(strips) > 1 and rows % down:
        return None
    whole = frame[:1] + struct.pack(">H", int(str(tags[_HEIGHT]))) + frame[3:]
    interval = -(-width // across) * (rows // down)
    tables_first = [
        item for item in (*shared, *parsed[0][0]) if item[0] in (_QUANTISATION, _HUFFMAN)
    ]
    body = [*_colours(tags), *tables_first, (_FRAME, whole)]
    if len(strips) > 1:
        body.append((_RESTART, struct.pack(">H", interval)))
    head = b"".join(_segment(marker, data) for marker, data in [*body, (_SCAN, scan)])
    return _START + head + _with_restarts([data for _, data in parsed]) + _END


def tile_jpegs(tags: dict[int, object], tiles: list[bytes]) -> list[bytes]:
    """Make each tile a JPEG of its own by the tables that all share; [] where that cannot be."""
    if tags.get(_PHOTOMETRIC) not in _ADOBE_TRANSFORMS:
        return []
    tables = tags.get(_TABLES, b"")
    shared = _segments(tables if isinstance(tables, bytes) else b"")[0]
    named = [*_colours(tags), *(item for item in shared if item[0] in (_QUANTISATION, _HUFFMAN))]
    head = _START + b"".join(_segment(marker, data) for marker, data in named)
    return [head + tile[len(_START) :] for tile in tiles]


def _colours(tags: dict[int, object]) -> list[tuple[int, bytes]]:
    """Say what the components are, which in a TIFF is the directory's business."""
    transform = _ADOBE_TRANSFORMS[int(str(tags[_PHOTOMETRIC]))]
    if transform is None:
        return []
    return [(_ADOBE, struct.pack(">5sHHHB", b"Adobe", 100, 0, 0, transform))]


def _alike(heads: list[dict[int, bytes]], strips: int) -> bool:
    """Tell whether all strips were coded in the same way and bring no restarts of their own."""
    first = heads[0]
    if strips > 1 and any(_RESTART in head for head in heads):
        return False
    same = (_QUANTISATION, _HUFFMAN, _SCAN)
    return all(
        all(head.get(marker) == first.get(marker) for marker in same)
        and head.get(_FRAME, b"")[3:] == first[_FRAME][3:]
        for head in heads
    )


def _sampling(frame: bytes) -> tuple[int, int]:
    """Give the largest horizontal and vertical sampling factor of a baseline frame."""
    components = frame[5]
    factors = [frame[7 + 3 * index] for index in range(components)]
    if components == 1:
        return 1, 1
    return max(factor >> 4 for factor in factors), max(factor & 15 for factor in factors)


def _segments(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Give the marker segments of a JPEG up to its scan, and the coded data after it."""
    segments, at = list[tuple[int, bytes]](), 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - a marker
        marker = data[at + 1]
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        segments.append((marker, data[at + 4 : at + 2 + length]))
        at += 2 + length
        if marker == _SCAN:
            coded = data[at:]
            end = coded.rfind(_END)
            return segments, coded if end < 0 else coded[:end]
    return segments, b""


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _with_restarts(coded: list[bytes]) -> bytes:
    parts = [coded[0]]
    for index, data in enumerate(coded[1:]):
        parts += [bytes((0xFF, 0xD0 + index % 8)), data]
    return b"".join(parts)
