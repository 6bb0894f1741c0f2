"""CMaps of PDF fonts, read strictly: what is in doubt is refused, never guessed.

Readers differ in what they make of a malformed CMap (ISO 32000-1 9.7.5.4, 9.10.3; Adobe Technical
Notes 5014 and 5411). So a code counts as mapped only if every reader must see its value.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

_TOKEN = re.compile(
    rb"""(?P<skip>[\s\0]+|%[^\r\n]*)
    |<(?P<hex>[0-9A-Fa-f\s\0]*)>
    |(?P<mark><<|>>|\[|\]|\{|\})
    |(?P<text>\((?:\\.|[^\\()])*\))
    |(?P<word>/?[^\s\0<>\[\](){}/%]+|/)""",
    re.VERBOSE | re.DOTALL,
)
_SECTION = re.compile(rb"begin(bfchar|bfrange|codespacerange)")
_MAX_TOKENS = 400_000
_MAX_CODE_BYTES = 4
TWO_BYTES = [(b"\0\0", b"\xff\xff")]
"""The codespace of most composite fonts."""
_MAX_MAPPED = 200_000
_LAST_BYTE = 0xFF
_FORBIDDEN = (b"\xfe\xff", b"\xff\xfe")
"""Refused across characters too: veraPDF finds them at any byte."""

_Token = tuple[str, bytes]


@dataclass
class CMap:
    """What a CMap says: the codes it gives a Unicode value, and how strings fall into codes."""

    values: dict[int, bool] = field(default_factory=dict)
    """Whether the value of a code is one that PDF/A allows; codes without any are missing."""
    codespace: list[tuple[bytes, bytes]] = field(default_factory=list)

    def codes(self, data: bytes) -> Iterable[int]:
        """Split a string into its codes; raises ValueError if it does not fall into codes."""
        if self.codespace == TWO_BYTES and len(data) % 2 == 0:
            return struct.unpack(f">{len(data) // 2}H", data)
        return self._codes(data)

    def _codes(self, data: bytes) -> Iterator[int]:
        place = 0
        while place < len(data):
            code = next(
                (
                    data[place : place + length]
                    for length in range(1, _MAX_CODE_BYTES + 1)
                    if self._holds(data[place : place + length], length)
                ),
                None,
            )
            if code is None:
                raise ValueError("a string does not fall into codes")
            yield int.from_bytes(code)
            place += len(code)

    def _holds(self, code: bytes, length: int) -> bool:
        return len(code) == length and any(
            len(low) == length and all(a <= b <= c for a, b, c in zip(low, code, high, strict=True))
            for low, high in self.codespace
        )


@lru_cache(maxsize=4)
def read_cmap(data: bytes) -> CMap:
    """Read a CMap; raises ValueError if it is malformed or builds on another one.

    Fonts often share one: what was read last is given again, and must not be changed.
    """
    cmap = CMap()
    tokens = list(_tokens(data))
    place = 0
    while place < len(tokens):
        kind, value = tokens[place]
        if value == b"usecmap":
            raise ValueError("the CMap builds on another one")
        section = _SECTION.fullmatch(value) if kind == "word" else None
        place += 1
        if section is None:
            continue
        ending = (kind, b"end" + section[1])
        end = tokens.index(ending, place)
        entries = _Entries(cmap, _count(tokens, place - 2), tokens[place:end])
        getattr(entries, section[1].decode())()
        place = end + 1
    return cmap


def _tokens(data: bytes) -> Iterator[_Token]:
    place = given = 0
    while place < len(data):
        found = _TOKEN.match(data, place)
        if found is None or given == _MAX_TOKENS:
            raise ValueError("the CMap is malformed, or too long")
        place = found.end()
        kind = str(found.lastgroup)
        if kind != "skip":
            given += 1
            yield kind, found[kind]


def _count(tokens: list[_Token], place: int) -> int:
    """Give the number of entries that stands before a section."""
    if place < 0:
        raise ValueError("a section of the CMap has no number of entries")
    return int(tokens[place][1])


class _Entries:
    """The entries of one section, which put themselves into the CMap."""

    def __init__(self, cmap: CMap, count: int, tokens: list[_Token]) -> None:
        self._cmap = cmap
        self._count = count
        self._tokens = iter(tokens)

    def bfchar(self) -> None:
        """Read `<code> <value>`."""
        for _ in range(self._count):
            self._map(int.from_bytes(self._code()), self._hex())
        self._done()

    def bfrange(self) -> None:
        """Read `<first> <last> <value>` or `<first> <last> [<value> …]`.

        Of a range over several rows (codes that differ in more than their last byte), which is
        malformed, only what veraPDF reads counts: the first row, up to the last byte of the last.
        """
        for _ in range(self._count):
            first, last = self._code(), self._code()
            if len(first) != len(last) or first > last:
                raise ValueError("a range of the CMap has no codes")
            low, size = int.from_bytes(first), max(last[-1] - first[-1] + 1, 0)
            kind, value = self._next()
            if kind == "hex":
                start = _bytes(value)
                for step in range(size):
                    self._map(low + step, _stepped(start, step))
            elif value == b"[" and first[:-1] == last[:-1]:
                for step in range(size):
                    self._map(low + step, self._hex())
                if self._next() != ("mark", b"]"):
                    raise ValueError("an array of the CMap does not have one value for each code")
            else:
                raise ValueError("a range of the CMap has no values")
        self._done()

    def codespacerange(self) -> None:
        """Read `<low> <high>`."""
        for _ in range(self._count):
            low, high = self._code(), self._code()
            if len(low) != len(high):
                raise ValueError("a codespace of the CMap has two lengths")
            self._cmap.codespace.append((low, high))
        self._done()
        if _overlap(self._cmap.codespace):
            raise ValueError("codespaces of the CMap overlap")

    def _map(self, code: int, value: bytes) -> None:
        values = self._cmap.values
        values[code] = values.get(code, True) and _allowed(value)
        if len(values) > _MAX_MAPPED:
            raise ValueError("the CMap maps too many codes")

    def _code(self) -> bytes:
        code = self._hex()
        if not 1 <= len(code) <= _MAX_CODE_BYTES:
            raise ValueError("a code of the CMap has no byte or too many")
        return code

    def _hex(self) -> bytes:
        kind, value = self._next()
        if kind != "hex":
            raise ValueError("the CMap has something else where a hexadecimal string belongs")
        return _bytes(value)

    def _next(self) -> _Token:
        token = next(self._tokens, None)
        if token is None:
            raise ValueError("a section of the CMap has fewer entries than it says")
        return token

    def _done(self) -> None:
        if next(self._tokens, None) is not None:
            raise ValueError("a section of the CMap has more entries than it says")


def _bytes(digits: bytes) -> bytes:
    """Decode the digits of a hexadecimal string; an odd last one is refused."""
    return bytes.fromhex(b"".join(digits.replace(b"\0", b" ").split()).decode("ascii"))


def _stepped(value: bytes, step: int) -> bytes:
    """Give the value of a later code of a range: only its last byte counts up."""
    if not value or value[-1] + step > _LAST_BYTE:
        return b""
    return value[:-1] + bytes([value[-1] + step])


def _allowed(value: bytes) -> bool:
    """Tell whether a value is UTF-16BE text without U+0000, U+FEFF, U+FFFE (6.2.11.7.2)."""
    if any(mark in value for mark in _FORBIDDEN):
        return False
    try:
        text = value.decode("utf-16-be")
    except UnicodeDecodeError:
        return False
    return text != "" and "\0" not in text


def _overlap(codespace: list[tuple[bytes, bytes]]) -> bool:
    """Tell whether a string could fall into codes in two ways."""
    return len(codespace) > _LAST_BYTE or any(
        all(
            max(a, b) <= min(c, d)
            for a, b, c, d in zip(low, other_low, high, other_high, strict=False)
        )
        for index, (low, high) in enumerate(codespace)
        for other_low, other_high in codespace[index + 1 :]
    )
