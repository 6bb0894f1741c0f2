"""Zips made on the spot, honest and hostile."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path


def zipped(entries, **options):
    """A zip with these (name or ZipInfo, bytes), packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def written(folder: Path, data: bytes, name: str = "in.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def link(name: str, target: str):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """Change a name in local header and table to another one of the same length."""
    assert len(old) == len(new)
    return data.replace(old, new)


def flagged(data: bytes, flag: int) -> bytes:
    """Set a flag bit in every local header and table entry."""
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := data.find(mark, start + 1)) >= 0:
            (flags,) = struct.unpack_from("<H", data, start + at)
            packed = struct.pack("<H", flags | flag)
            data = data[: start + at] + packed + data[start + at + 2 :]
    return data


def overlapping(count: int, name: str) -> bytes:
    """`count` table entries that all point at one packed file; `%d` in the name is the number."""
    data = zipped([("kern.bin", bytes(1 << 20))])
    table = data.index(b"PK\x01\x02")
    entry = data[table : data.index(b"PK\x05\x06")]
    names = (name % number if "%" in name else name for number in range(count))
    many = b"".join(entry.replace(b"kern.bin", each.encode()) for each in names)
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(many), table, 0)
    return data[:table] + many + tail
