"""Read ASN.1 in BER as it comes from outside: find values, and write open lengths as DER does.

Nothing is believed: depth, lengths and tags are checked, and a value that ends behind the end of
the data is told apart (`CutError`) from one that is wrong in itself (`BrokenError`).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass

Buffer = bytes | mmap.mmap
Span = tuple[int, int]
"""Offsets of some bytes: where they begin, and where they are over."""

_DEEPEST = 48
_INDEFINITE = 0x80
_LONG_TAG = 0x1F
_MORE = 0x80
_LONGEST_LENGTH = 8
_CONSTRUCTED = 0x20
_OCTET_STRING = 0x04
_SEQUENCE = 0x30
_END = b"\x00\x00"


class BrokenError(ValueError):
    """The bytes are no BER."""


class CutError(ValueError):
    """The data ends before its values do."""


@dataclass(frozen=True)
class Element:
    """One value: the offsets of its identifier, its content, and of what follows it."""

    tag: int
    """The first identifier octet: class, constructed or not, and short tag number."""
    start: int
    content: Span
    after: int
    indefinite: bool

    @property
    def constructed(self) -> bool:
        """Say whether it holds other values."""
        return bool(self.tag & _CONSTRUCTED)


def element(data: Buffer, start: int, end: int, depth: int = 0) -> Element:
    """Give the value at `start`, which must not go beyond `end`; raises BrokenError, CutError."""
    if depth > _DEEPEST:
        raise BrokenError("nested too deeply")
    position = _behind_tag(data, start, end)
    length, begin = _length(data, position, end)
    tag = data[start]
    if length is None:
        if not tag & _CONSTRUCTED:
            raise BrokenError("an open length of a primitive value")
        stop = _end_of_contents(data, begin, end, depth)
        return Element(tag, start, (begin, stop), stop + len(_END), indefinite=True)
    if begin + length > end:
        raise (CutError if begin + length > len(data) else BrokenError)("a value is too long")
    return Element(tag, start, (begin, begin + length), begin + length, indefinite=False)


def children(data: Buffer, parent: Element, depth: int = 0) -> Iterator[Element]:
    """Give the values in a constructed value, one after another."""
    if not parent.constructed:
        raise BrokenError("a primitive value where a constructed one belongs")
    position, end = parent.content
    while position < end:
        child = element(data, position, end, depth + 1)
        yield child
        position = child.after


def encoded(data: Buffer, value: Element, depth: int = 0) -> bytes:
    """Give a value without open lengths; what has none is given as it stands."""
    if not value.constructed or not _opened(data, value, depth):
        return bytes(data[value.start : value.after])
    if value.tag == _OCTET_STRING | _CONSTRUCTED:
        parts = (bytes(data[start:stop]) for start, stop in octets(data, value, depth))
        return wrap(_OCTET_STRING, b"".join(parts))
    inner = (encoded(data, child, depth + 1) for child in children(data, value, depth))
    return wrap(value.tag, b"".join(inner))


def octets(data: Buffer, value: Element, depth: int = 0) -> Iterator[Span]:
    """Give where the bytes of an OCTET STRING stand, which may come in pieces."""
    if value.tag == _OCTET_STRING:
        yield value.content
    elif value.tag == _OCTET_STRING | _CONSTRUCTED:
        for child in children(data, value, depth):
            yield from octets(data, child, depth + 1)
    else:
        raise BrokenError("no OCTET STRING")


def wrap(tag: int, content: bytes) -> bytes:
    """Give the DER of a value with a short tag."""
    size = len(content)
    if size < _INDEFINITE:
        return bytes([tag, size]) + content
    number = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, _INDEFINITE | len(number)]) + number + content


def sequence(parts: list[bytes]) -> bytes:
    """Give the DER of a SEQUENCE."""
    return wrap(_SEQUENCE, b"".join(parts))


def _behind_tag(data: Buffer, start: int, end: int) -> int:
    position = start + 1
    if _octet(data, start, end) & _LONG_TAG != _LONG_TAG:
        return position
    while _octet(data, position, end) & _MORE:
        position += 1
        if position - start > _LONGEST_LENGTH:
            raise BrokenError("a tag is too long")
    return position + 1


def _length(data: Buffer, position: int, end: int) -> tuple[int | None, int]:
    """Give the length (None: open) and where the content begins."""
    first = _octet(data, position, end)
    if first < _INDEFINITE:
        return first, position + 1
    if first == _INDEFINITE:
        return None, position + 1
    count = first & (_INDEFINITE - 1)
    if count > _LONGEST_LENGTH:
        raise BrokenError("a length is too long")
    _octet(data, position + count, end)
    number = bytes(data[position + 1 : position + 1 + count])
    return int.from_bytes(number, "big"), position + 1 + count


def _end_of_contents(data: Buffer, begin: int, end: int, depth: int) -> int:
    position = begin
    while True:
        _octet(data, position + 1, end)
        if data[position : position + len(_END)] == _END:
            return position
        position = element(data, position, end, depth + 1).after


def _opened(data: Buffer, value: Element, depth: int) -> bool:
    """Say whether a value, or one in it, has an open length."""
    if value.indefinite:
        return True
    if not value.constructed:
        return False
    return any(_opened(data, child, depth + 1) for child in children(data, value, depth))


def _octet(data: Buffer, position: int, end: int) -> int:
    if position >= end:
        raise (CutError if position >= len(data) else BrokenError)("it ends too early")
    return data[position]
