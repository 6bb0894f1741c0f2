"""Damaging files as scanners, networks, disks and people do; the same seed, the same damage."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Mutation = Callable[[random.Random, bytes, bytes], bytes]


@dataclass(frozen=True)
class Mutant:
    """A damaged file: what was done, to which file, and (for splices) with which other."""

    number: int
    kind: str
    source: Path
    other: Path
    data: bytes

    @property
    def name(self) -> str:
        """Give a file name that says all this."""
        return f"{self.number:05}-{self.kind}-{self.source.stem[:24]}{self.source.suffix}"


def flip_bits(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Flip up to 32 bits anywhere."""
    del other
    changed = bytearray(data)
    for _time in range(chance.choice((1, 1, 2, 8, 32))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flip_structure(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Flip bits where files keep their structure: in the first and the last kilobyte."""
    del other
    changed = bytearray(data)
    for _time in range(chance.choice((1, 2, 4))):
        place = chance.randrange(min(1024, len(changed)))
        changed[place if chance.random() < 0.5 else -1 - place] ^= 1 << chance.randrange(8)
    return bytes(changed)


def change_digit(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Change one digit of a number in text: an offset, a count, a length."""
    del other
    places = [place for place in range(len(data)) if 0x30 <= data[place] <= 0x39]
    near = [place for place in places if place > len(data) - 4096] or places
    place = chance.choice(near if chance.random() < 0.7 else places)
    return data[:place] + bytes([chance.randrange(0x30, 0x3A)]) + data[place + 1 :]


def cut_end(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Leave out the end, from one byte to nearly all."""
    del other
    lost = chance.choice((chance.randrange(1, 64), chance.randrange(1, len(data))))
    return data[: len(data) - min(lost, len(data) - 1)]


def cut_begin(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Leave out the begin."""
    del other
    return data[chance.randrange(1, len(data)) :]


def remove_range(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Leave out a stretch in the middle."""
    del other
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.choice((1, 7, 512, 4096, 65536)) :]


def insert_range(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Put foreign bytes into the middle."""
    size = chance.choice((1, 7, 512, 4096))
    start = chance.randrange(len(data))
    foreign = chance.choice((bytes(size), chance.randbytes(size), other[:size]))
    return data[:start] + foreign + data[start:]


def overwrite_range(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Overwrite a stretch: a bad sector of zeros, or of something else."""
    size = chance.choice((16, 512, 4096))
    start = chance.randrange(len(data))
    foreign = chance.choice((bytes(size), other[-size:], chance.randbytes(size)))
    return (data[:start] + foreign + data[start + len(foreign) :])[: len(data)]


def double_range(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Repeat a stretch, as a transfer that was resumed at the wrong place does."""
    del other
    start = chance.randrange(len(data))
    piece = data[start : start + chance.choice((64, 4096, 65536))]
    return data[:start] + piece + data[start:]


def splice(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Give the begin of one file and the end of another."""
    return data[: chance.randrange(1, len(data))] + other[chance.randrange(len(other)) :]


def append(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Give one file and, behind it, another or a part of it."""
    return data + other[: chance.choice((len(other), chance.randrange(1, len(other))))]


KINDS: tuple[Mutation, ...] = (
    flip_bits,
    flip_structure,
    change_digit,
    cut_end,
    cut_begin,
    remove_range,
    insert_range,
    overwrite_range,
    double_range,
    splice,
    append,
)


def mutants(sources: list[Path], count: int, seed: int) -> Iterator[Mutant]:
    """Give `count` damaged files, going round all sources and kinds of damage."""
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        source = sources[number % len(sources)]
        other = chance.choice(sources)
        kind = chance.choice(KINDS)
        data = kind(chance, source.read_bytes(), other.read_bytes())
        yield Mutant(number, kind.__name__, source, other, data)
