"""Is a file whole? What all formats share: reading piece by piece, and the words for a refusal."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from eakte.domain.findings import Finding, FindingCode
from eakte.errors import UnusableInputError
from eakte.i18n import N_
from eakte.pages.sniff import refusal

WINDOW = 1 << 20
"""So many bytes are held at once where a file is only looked through."""


_ZLIB_HEADER, _CHECKSUM = 2, 4
_PADDING = b"\0\t\n\f\r \x1a"


def cut_off(what: str) -> UnusableInputError:
    """Make the error for a file whose end is missing."""
    return refusal(FindingCode.TRUNCATED, what)


def windows(path: Path, overlap: int = 0) -> Iterator[bytes]:
    """Give a file's bytes in pieces, each with the last `overlap` bytes of the one before."""
    kept = b""
    with path.open("rb") as file:
        while piece := file.read(WINDOW):
            yield kept + piece
            kept = (kept + piece)[-overlap:] if overlap else b""


def contains(path: Path, word: bytes) -> bool:
    """Tell whether a word stands anywhere in a file."""
    return any(word in window for window in windows(path, len(word) - 1))


def trailing(path: Path, end: int) -> tuple[Finding, ...]:
    """Give a finding if more than padding follows the end that a format knows."""
    with path.open("rb") as file:
        file.seek(end)
        more = any(piece.strip(_PADDING) for piece in iter(lambda: file.read(WINDOW), b""))
    return (Finding(FindingCode.TRAILING_DATA),) if more else ()


class Inflation:
    """Counts what deflated bytes become (RFC 1950), without keeping it."""

    def __init__(self, most: int) -> None:
        """Refuse more than `most` bytes."""
        self.size = 0
        self._most = most
        self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        self._checksum = zlib.adler32(b"")
        self._head = b""
        self._stated = b""

    def feed(self, data: bytes) -> None:
        """Go on; raises UnusableInputError (`damaged`, `too_large`)."""
        missing = _ZLIB_HEADER - len(self._head)
        self._head += data[:missing]
        data = data[missing:]
        while data and not self._unpacker.eof:
            try:
                plain = self._unpacker.decompress(data, WINDOW)
            except zlib.error as problem:
                raise refusal(FindingCode.DAMAGED, str(problem)) from None
            self.size += len(plain)
            self._checksum = zlib.adler32(plain, self._checksum)
            if self.size > self._most:
                raise refusal(FindingCode.TOO_LARGE, N_("compressed data become too large"))
            data = self._unpacker.unconsumed_tail or self._unpacker.unused_data
        self._stated = (self._stated + data)[:_CHECKSUM]

    def finish(self) -> int:
        """Give the size; raises UnusableInputError (`truncated`, `damaged`).

        A checksum that is missing behind the last block is no loss; a wrong one tells of a change.
        """
        if not self._unpacker.eof:
            raise cut_off(N_("compressed data have no end"))
        if len(self._stated) == _CHECKSUM and int.from_bytes(self._stated) != self._checksum:
            raise refusal(FindingCode.DAMAGED, N_("compressed data were changed"))
        return self.size
