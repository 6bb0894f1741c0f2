"""The decoded bytes of a stream, but never more than a limit: small streams can hold giants."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Name

_AT_ONCE = 1 << 20


def decoded(stream: pikepdf.Stream, limit: int) -> bytes:
    """Decode a stream of at most `limit` bytes; raises ValueError if it is longer or damaged."""
    return b"".join(pieces(stream, limit, limit))


def pieces(stream: pikepdf.Stream, limit: int, raw_limit: int) -> Iterator[bytes]:
    """Decode a stream piece by piece; its coded bytes are held in memory.

    Raises ValueError if it is damaged, or longer than `limit` (`raw_limit`: coded).
    """
    try:
        if int(stream.get(Name.Length, 0)) > raw_limit:
            raise ValueError("the stream is too long")
        if _filters(stream) == [Name.FlateDecode] and Name.DecodeParms not in stream:
            yield from _inflated(stream.read_raw_bytes(), limit)
            return
        data = stream.read_bytes()
    except (pikepdf.PdfError, RuntimeError, TypeError, zlib.error) as problem:
        raise ValueError(str(problem)) from None
    if len(data) > limit:
        raise ValueError("the stream is too long")
    yield data


def _filters(stream: pikepdf.Stream) -> list[object]:
    found = stream.get(Name.Filter, Array([]))
    return list(found) if isinstance(found, Array) else [found]


def _inflated(data: bytes, limit: int) -> Iterator[bytes]:
    inflate, given = zlib.decompressobj(), 0
    while not inflate.eof:
        piece = inflate.decompress(data, _AT_ONCE)
        data = inflate.unconsumed_tail
        given += len(piece)
        if given > limit or not (piece or data or inflate.eof):
            raise ValueError("the stream is too long, or ends too early")
        yield piece
