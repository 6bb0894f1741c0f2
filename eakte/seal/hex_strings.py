"""Read hexadecimal strings as pyHanko 0.38 does, at once instead of digit by digit.

A time-stamp's container has 12,000 digits and more, and each verification reads a dozen of them:
that was a twelfth of its time. Whatever is not plain digits is left to pyHanko.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from functools import wraps
from typing import BinaryIO

from pyhanko.pdf_utils import generic

_PLAIN = re.compile(rb"<([0-9A-Fa-f]*)>")
_PIECES = 1 << 8, 1 << 16
"""An identifier, then a container: so much is looked at."""
_digit_by_digit = generic.read_hex_string_from_stream


def quicken() -> None:
    """Let pyHanko read so in this process; doing it twice does no harm."""
    generic.__dict__["read_hex_string_from_stream"] = _at_once


@wraps(_digit_by_digit)
def _at_once(stream: BinaryIO) -> generic.ByteStringObject | generic.TextStringObject:
    start = stream.tell()
    for size in _PIECES:
        found = _PLAIN.match(stream.read(size))
        stream.seek(start)
        if found is not None:
            stream.seek(start + found.end())
            digits = found[1]
            return generic.pdf_string(unhexlify(digits + b"0" * (len(digits) % 2)))
    return _digit_by_digit(stream)
