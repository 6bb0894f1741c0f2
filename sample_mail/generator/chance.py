"""The only source of chance: generators seeded by name, so that every run draws the same."""

from __future__ import annotations

import random
import zlib

import numpy as np


def dice(*name: object) -> random.Random:
    """A generator whose seed is the name (CRC-32 of it)."""
    return random.Random(zlib.crc32(repr(name).encode()))


def grains(*name: object) -> np.random.Generator:
    """The same for arrays."""
    return np.random.Generator(np.random.PCG64(zlib.crc32(repr(name).encode())))
