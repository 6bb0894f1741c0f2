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


_PADDING = b"\0\t\n\f\r \x1a"


def cut_off(what: str) -> UnusableInputError:
    """Make the error for a file whose end is missing."""
    return refusal(FindingCode.TRUNCATED, what)


def windows(path: Path, overlap: int = 0) -> Iterator[bytes]:
    """Give a file's bytes in pieces; each begins with the last `overlap` bytes of the one before."""
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
    """Counts what deflated bytes become, without keeping it."""

    def __init__(self, most: int) -> None:
        """Refuse more than `most` bytes."""
        self.size = 0
        self._most = most
        self._unpacker = zlib.decompressobj()

    def feed(self, data: bytes) -> None:
        """Go on; raises UnusableInputError (`damaged`, `too_large`)."""
        while data and not self._unpacker.eof:
            try:
                self.size += len(self._unpacker.decompress(data, WINDOW))
            except zlib.error as problem:
                raise refusal(FindingCode.DAMAGED, str(problem)) from None
            if self.size > self._most:
                raise refusal(FindingCode.TOO_LARGE, N_("compressed data become too large"))
            data = self._unpacker.unconsumed_tail

    def finish(self) -> int:
        """Give the size; raises UnusableInputError (`truncated`) if the end was missing."""
        if not self._unpacker.eof:
            raise cut_off(N_("compressed data have no end"))
        return self.size
