"""Read the revisions of a sealed file in the one spelling that our sealer writes, and in no other.

Where several programs could read the same bytes differently, a forger finds room. So these few
rules know no blanks, comments or gaps that pyHanko's writer does not write, every byte belongs to
an object, to the table of contents or to the end, and the table must say where the objects stand.
Whatever differs is `UnusualError`; of what is written here, there is one meaning only.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

from eakte.i18n import _

_DEEPEST = 40
_LONGEST_TABLE = 1 << 20
_FREE = bytes(9) + b"\xff\xff"  # entry of object 0 in a cross-reference stream
_FREE_LINE = b"0000000000 65535 f \n"

_HEAD = re.compile(rb"([1-9]\d{0,8}) 0 obj\n")
_REF = re.compile(rb"([1-9]\d{0,8}) 0 R")
_NAME = re.compile(rb"/[^\s()<>\[\]{}/%\0]+")
_ATOM = re.compile(rb"-?\d+(?:\.\d+)?(?![\d.])(?! \d+ R)|true|false|null")
_STRING = re.compile(rb"\((?:[^()\\]|\\[0-7]{3}|\\[nrtbf()\\])*\)|<(?:[0-9A-Fa-f]{2})*>")
_SIGNED = re.compile(
    rb"<<\n/Contents (<[0-9A-F]+>)\n/ByteRange \[0 (\d{1,12}) (\d{1,12}) (\d{1,12})\] +\n"
)
_TABLE = re.compile(rb"xref\n((?:\d+ \d+\n(?:\d{10} \d{5} [nf] \n)*)+)trailer\n")
_END = re.compile(rb"\nstartxref\n(\d{1,12})\n%%EOF\n")


class UnusualError(Exception):
    """Something that our sealer does not write; the message names it."""


@dataclass(frozen=True)
class Ref:
    """A reference to an object."""

    number: int


Value: TypeAlias = "bytes | Ref | list[Value] | dict[bytes, Value]"
"""A PDF value; names, numbers and strings are the bytes as they are written."""


@dataclass(frozen=True)
class Stamp:
    """The dictionary of a seal or time-stamp: where its container stands, what it covers."""

    container: tuple[int, int]
    byte_range: tuple[int, int, int, int]
    entries: dict[bytes, Value]
    """All its other entries."""
    contents: bytes
    """What the container holds, padding and all."""


@dataclass(frozen=True)
class Item:
    """One object of a revision: a value, perhaps with a stream, or a seal or time-stamp."""

    value: Value | Stamp
    stream: bytes | None = None


@dataclass
class Revision:
    """What one revision writes."""

    end: int = 0
    xref: int = 0
    """Where its table of contents stands."""
    own_number: int | None = None
    """The object number of that table, if it is a stream."""
    objects: dict[int, Item] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    trailer: dict[bytes, Value] = field(default_factory=dict)
    table: bytes = b""
    """That table as it is written, if it is a stream."""


def read_revisions(tail: bytes, start: int) -> list[Revision]:
    """Give the revisions in the last bytes of a file, from `start` on; raises UnusualError."""
    text = _Text(tail, start)
    revisions = []
    while text.position < len(tail):
        revisions.append(_revision(text))
    return revisions


def value_of(written: bytes) -> Value:
    """Read one value as pyHanko writes it; raises UnusualError."""
    text = _Text(written)
    value = text.value()
    if text.position != len(written):
        text.refuse()
    return value


class _Text:
    """Bytes with a position, out of a file in which they begin at `start`."""

    def __init__(self, data: bytes, start: int = 0) -> None:
        self.data = data
        self.start = start
        self.position = 0

    @property
    def place(self) -> int:
        """Where in the file it stands."""
        return self.start + self.position

    def refuse(self) -> NoReturn:
        """Say where the spelling is another one."""
        raise UnusualError(_("byte {position}").format(position=self.place))

    def find(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Read what fits, or nothing."""
        found = pattern.match(self.data, self.position)
        if found:
            self.position = found.end()
        return found

    def take(self, word: bytes) -> bool:
        """Read this very word, or nothing."""
        here = self.data.startswith(word, self.position)
        self.position += len(word) if here else 0
        return here

    def need(self, word: bytes) -> None:
        """Read this very word."""
        if not self.take(word):
            self.refuse()

    def value(self, depth: int = 0) -> Value:
        """Read a value."""
        if depth > _DEEPEST:
            self.refuse()
        if self.take(b"<<\n"):
            return self.entries({}, depth)
        if self.take(b"["):
            return self._array(depth)
        if found := self.find(_REF):
            return Ref(int(found[1]))
        found = self.find(_NAME) or self.find(_ATOM) or self.find(_STRING)
        if found is None:
            self.refuse()
        return found[0]

    def entries(self, found: dict[bytes, Value], depth: int = 0) -> dict[bytes, Value]:
        """Read the entries of a dictionary, to its end, besides those that were found before."""
        while not self.take(b">>"):
            name = self.find(_NAME)
            if name is None or name[0] in found:
                self.refuse()
            self.need(b" ")
            found[name[0]] = self.value(depth + 1)
            self.need(b"\n")
        return found

    def _array(self, depth: int) -> Value:
        found: list[Value] = []
        while not self.take(b" ]"):
            self.need(b" ")
            found.append(self.value(depth + 1))
        return found


def _revision(text: _Text) -> Revision:
    revision = Revision()
    while revision.xref == 0:
        place = text.place
        if head := text.find(_HEAD):
            _add(revision, int(head[1]), place, _item(text))
        else:
            _table(text, revision)
    end = text.find(_END)
    if end is None or int(end[1]) != revision.xref:
        text.refuse()
    revision.end = text.place
    return revision


def _add(revision: Revision, number: int, place: int, item: Item) -> None:
    if number in revision.places or place == 0:
        raise UnusualError(_("object {number}").format(number=number))
    revision.places[number] = place
    if isinstance(item.value, dict) and item.value.get(b"/Type") == b"/XRef":
        revision.xref, revision.own_number, revision.trailer = place, number, item.value
        revision.table = item.stream or b""
        _check_stream(revision, revision.table)
    else:
        revision.objects[number] = item


def _item(text: _Text) -> Item:
    if found := text.find(_SIGNED):
        entries = text.entries({b"/Contents": b"", b"/ByteRange": b""})
        text.need(b"\nendobj\n")
        return Item(_stamp(text, found, entries))
    value = text.value()
    stream = _stream(text, value) if text.take(b"\nstream\n") else None
    text.need(b"\nendobj\n")
    return Item(value, stream)


def _stamp(text: _Text, found: re.Match[bytes], entries: dict[bytes, Value]) -> Stamp:
    numbers = (0, int(found[2]), int(found[3]), int(found[4]))
    container = (text.start + found.start(1), text.start + found.end(1))
    digits = found[1][1:-1]
    if len(digits) % 2:
        text.refuse()
    own = {key: value for key, value in entries.items() if value != b""}
    return Stamp(container, numbers, own, bytes.fromhex(digits.decode()))


def _stream(text: _Text, value: Value) -> bytes:
    length = value.get(b"/Length") if isinstance(value, dict) else None
    if not isinstance(length, bytes) or not length.isdigit():
        text.refuse()
    stream = text.data[text.position : text.position + int(length)]
    text.position += int(length)
    text.need(b"\nendstream")
    return stream


def _sections(numbers: list[int]) -> list[tuple[int, int]]:
    """Give the runs of object numbers without gaps: first number and count."""
    sections: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if sections and sum(sections[-1]) == number:
            sections[-1] = (sections[-1][0], sections[-1][1] + 1)
        else:
            sections.append((number, 1))
    return sections


def _check_stream(revision: Revision, stream: bytes) -> None:
    """Demand the cross-reference stream that says where exactly these objects stand."""
    wanted = _FREE + b"".join(
        b"\x01" + place.to_bytes(8, "big") + b"\0\0"
        for _number, place in sorted(revision.places.items())
    )
    index = [0, 1, *(part for run in _sections(list(revision.places)) for part in run)]
    trailer = revision.trailer
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(stream, _LONGEST_TABLE)
    except zlib.error as problem:
        raise UnusualError(_("table of contents")) from problem
    fits = (
        plain == wanted
        and unpacker.eof
        and not unpacker.unused_data
        and trailer.get(b"/W") == [b"1", b"8", b"2"]
        and trailer.get(b"/Filter") == b"/FlateDecode"
        and trailer.get(b"/Index") == [str(number).encode() for number in index]
        and b"/DecodeParms" not in trailer
    )
    if not fits:
        raise UnusualError(_("table of contents"))


def _table(text: _Text, revision: Revision) -> None:
    """Demand the cross-reference table that says where exactly these objects stand."""
    place = text.place
    found = text.find(_TABLE)
    if found is None:
        text.refuse()
    wanted = b""
    for first, count in _sections([0, *revision.places]):
        wanted += b"%d %d\n" % (first, count)
        for number in range(first, first + count):
            wanted += b"%010d 00000 n \n" % revision.places[number] if number else _FREE_LINE
    trailer = text.value()
    if found[1] != wanted or not isinstance(trailer, dict):
        raise UnusualError(_("table of contents"))
    revision.xref, revision.trailer = place, trailer
